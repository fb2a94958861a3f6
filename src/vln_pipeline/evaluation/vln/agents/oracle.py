"""Upper bounds: agents that know the way and where they are."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Call, Intent, Task, Truth
from vln_pipeline.evaluation.world.planar import wrap
from vln_pipeline.planning.discretise import DETOURS
from vln_pipeline.planning.trajectory import Action

_AHEAD = 0.4
"""Distance along the way to the point that is steered for, metres."""
_ARRIVED = 0.25
"""Distance to the goal at which STOP is called, metres; nearer, a step may lead away again."""


class ShortestWay:
    """Follows the shortest way to the goal, found anew from wherever the robot is."""

    rgb = depth = False
    calls: tuple[Call, ...] = ()
    intents: tuple[Intent, ...] = ()

    def reset(self, task: Task, truth: Truth) -> None:
        """Learn the goal."""
        self._truth = truth
        self._steering = Steering(task, truth)

    def step(self, observation: Observation) -> Action:
        """Return the action that leads along the way."""
        here, goal = self._truth.robot.pose[:3], self._truth.episode.goal
        if self._truth.world.distance(here, goal) < _ARRIVED:
            return Action.STOP
        way = self._truth.world.shortest_path(here, goal)[:, :2]
        return self._steering.towards(ahead(way, _AHEAD) if len(way) else goal[:2])

    def close(self) -> None:
        """Nothing is held."""


class ReferenceWay:
    """Follows the way that the instruction describes."""

    rgb = depth = False
    calls: tuple[Call, ...] = ()
    intents: tuple[Intent, ...] = ()

    def reset(self, task: Task, truth: Truth) -> None:
        """Learn the way."""
        self._truth = truth
        self._steering = Steering(task, truth)
        reference = truth.episode.reference[:, :2]
        moved = np.any(reference[1:] != reference[:-1], axis=1)
        self._way = reference[np.concatenate([[True], moved])]
        self._along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(self._way, axis=0), axis=1))])
        self._done = 0.0

    def step(self, observation: Observation) -> Action:
        """Return the action that leads along the way; what was passed is not gone back to."""
        here = self._truth.robot.pose[:2]
        near = (self._along >= self._done) & (self._along <= self._done + 2 * _AHEAD)
        distances = np.where(near, np.linalg.norm(self._way - here, axis=1), np.inf)
        self._done = float(self._along[int(np.argmin(distances))])
        if self._along[-1] - self._done < _ARRIVED and np.linalg.norm(self._way[-1] - here) < _ARRIVED:
            return Action.STOP
        aim = min(self._done + _AHEAD, self._along[-1])
        point = np.array([np.interp(aim, self._along, self._way[:, axis]) for axis in (0, 1)])
        return self._steering.towards(point)

    def close(self) -> None:
        """Nothing is held."""


class Steering:
    """Turns and steps towards a point, around what a step would touch.

    Args:
        task: what actions do.
        truth: the world, and where the robot is.
    """

    def __init__(self, task: Task, truth: Truth) -> None:
        self._world, self._robot, self._motion = truth.world, truth.robot, task.motion
        self._turn = math.radians(task.motion.turn)
        self._turns = 0

    def towards(self, point: NDArray[np.float64]) -> Action:
        """Return the next action to a (2,) point, world, metres: turns to the nearest free heading, then a step."""
        if not self._turns:
            x, y, _, yaw = self._robot.pose
            wanted = round(wrap(math.atan2(point[1] - y, point[0] - x) - yaw) / self._turn)
            # Where no heading is free the first one is taken: the body slides, or the episode runs out.
            self._turns = wanted + next((turns for turns in DETOURS if self._free(wanted + turns)), 0)
        if not self._turns:
            return Action.FORWARD
        turn = 1 if self._turns > 0 else -1
        self._turns -= turn
        return Action.LEFT if turn > 0 else Action.RIGHT

    def forget(self) -> None:
        """Drop the turns that were begun: somebody else moved the robot."""
        self._turns = 0

    def _free(self, turns: int) -> bool:
        heading = self._robot.pose[3] + turns * self._turn
        step = self._motion.forward * np.array([math.cos(heading), math.sin(heading)])
        return not self._world.step(self._robot.pose[:3], step).contact


def ahead(path: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """Return the (2,) point some distance along (K, 2) points, or the last one."""
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    return np.array([np.interp(distance, along, path[:, axis]) for axis in (0, 1)])
