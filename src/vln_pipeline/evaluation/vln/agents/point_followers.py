"""Followers without a network: the pixel goal becomes a place by its depth."""

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.evaluation.vln.agents.follower import FloorGoal
from vln_pipeline.evaluation.world.planar import into, out_of
from vln_pipeline.evaluation.world.sight import place_at
from vln_pipeline.planning.polyline import evenly_along, lengths_along

_ARRIVED = 0.25
"""Distance at which a goal is reached, metres."""
_SPACING = 0.1
"""Distance between waypoints, metres."""


class StraightFollower:
    """Goes straight to the place, whatever stands in between."""

    queries: Tensor | None = None
    depth = looks_down = True
    once = faces = False

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Nothing is remembered."""

    def path(self, goal: FloorGoal, now: Observation) -> NDArray[np.float64]:
        """Return the straight way."""
        place = place_at(goal.seen, goal.pixel)
        if place is None:
            return np.zeros((0, 2))
        return spaced(np.array([np.zeros(2), into(now.pose, place[:2])]))


class ShortestFollower:
    """Privileged: goes the shortest way to the place, as InternNav's evaluation of System 2 alone does."""

    queries: Tensor | None = None
    depth = looks_down = True
    once = faces = False

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Learn the world."""
        if truth is None:
            raise ValueError("the shortest way is known in a simulator only")
        self._truth = truth

    def path(self, goal: FloorGoal, now: Observation) -> NDArray[np.float64]:
        """Return the shortest way; none where the place cannot be reached."""
        place = place_at(goal.seen, goal.pixel)
        if place is None:
            return np.zeros((0, 2))
        start, here = self._truth.episode.start, self._truth.robot.pose
        there = np.append(out_of(start[[0, 1, 3]], place[:2]), here[2])
        return spaced(into(here[[0, 1, 3]], self._truth.world.shortest_path(here[:3], there)[:, :2]))


def spaced(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (K, 2) evenly spaced points along (C, 2) corners without the first one; none where the way is done."""
    if not len(corners):
        return corners
    length = lengths_along(corners)[-1]
    if length < _ARRIVED:
        return corners[:0]
    return evenly_along(corners, 1 + int(np.ceil(length / _SPACING)))[1:]
