"""A reactive baseline that feels obstacles exactly: straight at the goal, and where blocked, stop and turn."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import GoalKind, Plan
from vln_pipeline.evaluation.system1.agents.single_path import single_path
from vln_pipeline.evaluation.system1.agents.team import ANY_NUMBER, Situation, Truth
from vln_pipeline.evaluation.system1.episode import Episode
from vln_pipeline.evaluation.world.planar import into
from vln_pipeline.rendering.camera import CameraSetting

_FEELER = 0.6
"""Length of way ahead that must be free, metres."""
_LEG = 0.5
"""Distance that is driven after a turn before the goal is tried again, metres."""
_ROOM = 0.05
"""Room beside the body that free means, metres: a robot that follows a course strays a little from it."""
_FAN = np.radians(np.arange(0, 181, 15))
"""Angles by which a blocked robot turns, in the order they are tried."""
_ALIGNED = np.radians(10)
"""Angle to its course at which the robot drives rather than turns, radians."""


class StopAndTurn:
    """Privileged: it asks the world what is free, and never plans farther than its feelers reach."""

    kinds = frozenset({GoalKind.POINT, GoalKind.NONE})
    depth = rgb = False
    most = ANY_NUMBER

    def reset(self, episodes: Sequence[Episode], seeds: Sequence[int], camera: CameraSetting, truth: Truth) -> None:
        """Forget the legs of the last episodes."""
        self._world = truth.world
        self._legs: list[NDArray[np.float64] | None] = [None] * len(episodes)

    def plan(self, situations: Sequence[Situation]) -> list[Plan]:
        """Return a straight way per situation, or a waypoint abeam to turn on the spot."""
        return [single_path(self._waypoint(situation)) for situation in situations]

    def close(self) -> None:
        """Nothing is held."""

    def _waypoint(self, situation: Situation) -> NDArray[np.float64]:
        """Return (2,) where to, body frame, metres."""
        way = into(situation.pose[[0, 1, 3]], self._end_of_way(situation))
        bearing = float(np.arctan2(way[1], way[0]))
        return way if abs(bearing) < _ALIGNED else np.array([0.0, np.copysign(1.0, bearing)])

    def _end_of_way(self, situation: Situation) -> NDArray[np.float64]:
        """Return (2,) the end of the straight way to take, world, metres."""
        here, yaw = situation.pose[:3], float(situation.pose[3])
        leg = self._legs[situation.robot]
        if leg is not None and np.linalg.norm(leg - here[:2]) > _FEELER - _LEG:
            return leg
        self._legs[situation.robot] = None
        wish, goal = yaw, situation.goal.point
        if goal is not None:
            wish = yaw + float(np.arctan2(goal[1], goal[0]))
            distance = float(np.linalg.norm(goal))
            if self._free(here, wish, min(distance, _FEELER)):
                return here[:2] + distance * _unit(wish)
        # Of the two ways round, first the one that takes the robot less out of its present heading.
        side = 1.0 if np.sin(yaw - wish) >= 0 else -1.0
        courses = [wish + turn for angle in _FAN for turn in (side * angle, -side * angle)]
        course = next((course for course in courses if self._free(here, course, _FEELER)), wish)
        leg = here[:2] + _FEELER * _unit(course)
        self._legs[situation.robot] = leg
        return leg

    def _free(self, here: NDArray[np.float64], course: float, reach: float) -> bool:
        """Tell whether the body has room along a straight way; where it has little already, whether it keeps that."""
        need = min(self._world.body.radius + _ROOM, self._world.clearance(here))
        ahead = np.append(_unit(course), 0.0)
        steps = np.arange(_ROOM, reach + _ROOM, _ROOM)
        return all(self._world.clearance(here + step * ahead) >= need for step in steps)


def _unit(course: float) -> NDArray[np.float64]:
    return np.array([np.cos(course), np.sin(course)])
