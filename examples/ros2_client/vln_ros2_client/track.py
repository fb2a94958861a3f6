"""Where the robot was: odometry by time."""

from collections import deque

import numpy as np

from vln_ros2_client.planar import wrap

_EARLY = 0.1
"""Seconds before the first, or after the last, odometry for which that one still counts."""


class Track:
    """Keeps the odometry of the last seconds.

    Args:
        seconds: longer than the longest way from a camera's image to the path that comes of it.
    """

    def __init__(self, seconds=10.0):
        self._seconds, self._kept = seconds, deque()

    def add(self, stamp, pose):
        """Add a (3,) pose; one that is not after the last is left out."""
        if self._kept and stamp <= self._kept[-1][0]:
            return
        self._kept.append((stamp, np.array(pose, dtype=float)))
        while stamp - self._kept[0][0] > self._seconds:
            self._kept.popleft()

    @property
    def last(self):
        """The last stamp and pose, or None."""
        return self._kept[-1] if self._kept else None

    def at(self, stamp):
        """Return the (3,) pose at a time, between the two odometries around it; None where nobody knows."""
        if not self._kept or not self._kept[0][0] - _EARLY <= stamp <= self._kept[-1][0] + _EARLY:
            return None
        before = after = self._kept[0]
        for after in self._kept:
            if after[0] >= stamp:
                break
            before = after
        if after[0] == before[0] or after[0] < stamp:
            return after[1].copy()
        share = max(0.0, (stamp - before[0]) / (after[0] - before[0]))
        step = after[1] - before[1]
        step[2] = wrap(step[2])
        pose = before[1] + share * step
        pose[2] = wrap(pose[2])
        return pose
