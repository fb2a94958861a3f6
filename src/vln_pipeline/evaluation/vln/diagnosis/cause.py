"""What an episode can fail of."""

from enum import StrEnum


class Cause(StrEnum):
    """First cause of a failed episode; definitions in docs/how-to/evaluate.md."""

    WRONG_KIND = "wrong kind of answer"
    WRONG_SIDE = "wrong side at a turn"
    GOAL_ON_OBSTACLE = "goal on an obstacle"
    STUCK = "touched and stuck"
    STOPPED_EARLY = "stopped early"
    PASSED_GOAL = "passed the goal"
    OUT_OF_STEPS = "ran out of steps"
    LOST_AFTER_TURN = "lost after a turn"
    LEFT_WAY = "left the way"
