"""Who knows the way: the action to take from wherever somebody else drove the robot."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.evaluation.vln.agents.oracle import Steering, ahead
from vln_pipeline.evaluation.vln.dagger.config import ExpertConfig
from vln_pipeline.evaluation.vln.dtw import without_repeats
from vln_pipeline.planning.polyline import evenly_along, lengths_along
from vln_pipeline.planning.trajectory import Action

_AHEAD = 0.4
"""Distance along the way to the point that is steered for, metres."""


class Expert:
    """Goes the shortest way from one waypoint of an episode to the next; it never begins again with an earlier one.

    Args:
        task: what actions do.
        truth: the world, the robot and the episode.
        config: waypoints.

    Attributes:
        waypoints: (W, 3) still to reach, the goal last.
    """

    def __init__(self, task: Task, truth: Truth, config: ExpertConfig) -> None:
        self._truth, self._config = truth, config
        self._steering = Steering(task, truth)
        goal = truth.episode.goal[None]
        between = _every(truth.episode.reference, config.waypoint_spacing) if config.way == "reference" else goal[:0]
        self.waypoints = np.concatenate([between, goal])

    def reached(self) -> bool:
        """Tell whether the robot reached a waypoint since the last call; what it reached is done with."""
        here, count = self._truth.robot.pose[:3], len(self.waypoints)
        while len(self.waypoints) > 1 and self._distance(here) < self._config.waypoint_radius:
            self.waypoints = self.waypoints[1:]
        return len(self.waypoints) < count

    def action(self) -> Action:
        """Return the action that leads on from here."""
        here = self._truth.robot.pose[:3]
        if len(self.waypoints) == 1 and self._distance(here) < self._config.goal_radius:
            return Action.STOP
        way = self._truth.world.shortest_path(here, self.waypoints[0])[:, :2]
        self._steering.forget()
        return self._steering.towards(ahead(way, _AHEAD) if len(way) else self.waypoints[0, :2])

    def _distance(self, here: NDArray[np.float64]) -> float:
        return self._truth.world.distance(here, self.waypoints[0])


def actions_per_waypoint(truth: Truth, config: ExpertConfig) -> int:
    """Return how many actions the reference path has from one waypoint to the next, at least 1."""
    reference = truth.episode.reference
    count = len(_every(reference, config.waypoint_spacing)) + 1
    return max(1, (len(reference) - 1) // count)


def _every(reference: NDArray[np.float64], spacing: float) -> NDArray[np.float64]:
    """Return (W, 3) points of a path at equal distances, both ends left out."""
    points = without_repeats(reference)
    length = lengths_along(points)[-1]
    return evenly_along(points, math.ceil(length / spacing) + 1)[1:-1]
