"""Followers without a network: the pixel goal becomes a place by its depth."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.evaluation.vln.agents.follower import FloorGoal
from vln_pipeline.evaluation.world.planar import into, out_of
from vln_pipeline.rendering.camera import camera_poses

_ARRIVED = 0.25
"""Distance at which a goal is reached, metres."""
_SPACING = 0.1
"""Distance between waypoints, metres."""


class StraightFollower:
    """Goes straight to the place, whatever stands in between."""

    queries: Tensor | None = None
    depth = True
    once = False

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Nothing is remembered."""

    def path(self, goal: FloorGoal, now: Observation) -> NDArray[np.float64]:
        """Return the straight way."""
        place = place_of(goal)
        if place is None:
            return np.zeros((0, 2))
        return spaced(np.array([np.zeros(2), into(now.pose, place)]))


class ShortestFollower:
    """Privileged: goes the shortest way to the place, as InternNav's evaluation of System 2 alone does."""

    queries: Tensor | None = None
    depth = True
    once = False

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Learn the world."""
        if truth is None:
            raise ValueError("the shortest way is known in a simulator only")
        self._truth = truth

    def path(self, goal: FloorGoal, now: Observation) -> NDArray[np.float64]:
        """Return the shortest way; none where the place cannot be reached."""
        place = place_of(goal)
        if place is None:
            return np.zeros((0, 2))
        start, here = self._truth.episode.start, self._truth.robot.pose
        there = np.append(out_of(start[[0, 1, 3]], place), here[2])
        return spaced(into(here[[0, 1, 3]], self._truth.world.shortest_path(here[:3], there)[:, :2]))


def place_of(goal: FloorGoal) -> NDArray[np.float64] | None:
    """Return the (2,) place that a pixel goal shows, odometry frame, metres; None where no depth was measured."""
    seen, (column, row) = goal.seen, np.rint(goal.pixel).astype(int)
    height, width = seen.depth.shape
    depth = float(seen.depth[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)])
    if depth <= 0:
        return None
    camera = seen.camera.intrinsics
    ray = np.array([(goal.pixel[0] - camera.cx) / camera.fx, (goal.pixel[1] - camera.cy) / camera.fy, 1.0])
    base = np.array([[*seen.pose[:2], 0.0]])
    to_odometry = camera_poses(base, seen.pose[2:], seen.camera.height, seen.camera.pitch)[0]
    place: NDArray[np.float64] = to_odometry[:3, :3] @ (depth * ray) + to_odometry[:3, 3]
    return place[:2]


def spaced(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (K, 2) evenly spaced points along (C, 2) corners without the first one; none where the way is done."""
    if not len(corners):
        return corners
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    if along[-1] < _ARRIVED:
        return corners[:0]
    wanted = np.linspace(0, along[-1], 1 + int(np.ceil(along[-1] / _SPACING)))[1:]
    return np.column_stack([np.interp(wanted, along, corners[:, axis]) for axis in (0, 1)])
