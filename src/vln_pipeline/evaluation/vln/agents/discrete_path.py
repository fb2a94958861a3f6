"""From a short path to the discrete actions that lead along it."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.evaluation.world.planar import wrap
from vln_pipeline.planning.trajectory import Action

_ARRIVED = 0.2
"""Distance to the path's end at which it is done, metres."""
_AHEAD = 4
"""Points by which the aim is ahead of the nearest one."""


def discrete_actions(path: NDArray[np.float64], motion: MotionConfig, most: int) -> list[Action]:
    """Return the first actions along a path, by InternNav's rule; none where the path ends at the robot.

    From where the robot would be, it aims some points ahead of the path's point nearest to it, turns by the nearest
    multiple of the turn action and steps, until a step would lead away from the path's end.

    Args:
        path: (K, 2) waypoints from near to far in the body frame, x forward, y left, metres, the robot's own position
            left out.
        motion: what actions do.
        most: actions at most.
    """
    points = np.concatenate([np.zeros((1, 2)), np.asarray(path, dtype=np.float64).reshape(-1, 2)])
    turn = math.radians(motion.turn)
    here, yaw = np.zeros(2), 0.0
    actions: list[Action] = []
    while len(actions) < most and np.linalg.norm(points[-1] - here) > _ARRIVED:
        nearest = int(np.linalg.norm(points - here, axis=1).argmin())
        along = points[min(nearest + _AHEAD, len(points) - 1)] - here
        turns = round(wrap(math.atan2(along[1], along[0]) - yaw) / turn)
        actions += [Action.LEFT if turns > 0 else Action.RIGHT] * abs(turns)
        yaw += turns * turn
        there = here + motion.forward * np.array([math.cos(yaw), math.sin(yaw)])
        if np.linalg.norm(points[-1] - there) > np.linalg.norm(points[-1] - here):
            break
        actions.append(Action.FORWARD)
        here = there
    return actions[:most]
