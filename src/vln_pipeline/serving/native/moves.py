"""Discrete actions of System 2, for a robot that has moved since it was asked."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.evaluation.world.motion import discrete
from vln_pipeline.evaluation.world.planar import into, wrap
from vln_pipeline.planning.trajectory import Action

_TURN_WEIGHT = 0.5
"""Metres that a radian of heading counts for, where the nearest pose is looked for."""


class Moves:
    """Poses that actions lead through, from where System 2 was asked.

    Args:
        actions: what it said.
        asked: (3,) odometry there.
        motion: what actions do.
    """

    def __init__(self, actions: tuple[Action, ...], asked: NDArray[np.float64], motion: MotionConfig) -> None:
        self._actions = actions
        poses = [np.array(asked, dtype=np.float64)]
        for action in actions:
            distance, turn = discrete(action, motion)
            x, y, yaw = poses[-1]
            poses.append(np.array([x + distance * math.cos(yaw), y + distance * math.sin(yaw), wrap(yaw + turn)]))
        self._poses = np.array(poses)
        self._done = 0

    def left(self, pose: NDArray[np.float64]) -> tuple[Action, ...]:
        """Return the actions that are left for a robot at a (3,) odometry; what was done is never done again."""
        ahead = self._poses[self._done :]
        apart = np.hypot(*(ahead[:, :2] - pose[:2]).T)
        turned = np.abs((ahead[:, 2] - pose[2] + math.pi) % (2 * math.pi) - math.pi)
        self._done += int(np.argmin(apart + _TURN_WEIGHT * turned))
        return self._actions[self._done :]

    def path(self, pose: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (K, 2) places that are left, in the body frame at ``pose``; none where only turns are."""
        places = self._poses[self._done :, :2]
        onward = np.hypot(*np.diff(places, axis=0).T) > 0
        return into(pose, places[1:][onward])

    def heading(self, pose: NDArray[np.float64]) -> float:
        """Return the heading at the end, as the body sees it at ``pose``, radians."""
        return wrap(float(self._poses[-1, 2] - pose[2]))
