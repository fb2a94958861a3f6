"""Why a planned walk is kept or not."""

from enum import IntEnum


class Verdict(IntEnum):
    """Outcome of one step of planning; everything but ``KEPT`` is a reason to reject."""

    KEPT = 0
    NEAR_OBSTACLE = 1
    """Some point of the smooth walk is nearer to an obstacle than the robot's radius."""
    SHARP_BEND = 2
    """Some bend is tighter than the smallest turning radius or turns too fast."""
    TOO_SHORT = 3
    """The smooth walk is shorter than asked for."""
    NO_ROLLOUT = 4
    """No sequence of discrete actions follows the walk clear of obstacles to its end."""
