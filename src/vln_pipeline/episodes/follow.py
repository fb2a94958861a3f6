"""Walking along a reference path in discrete actions, where none were recorded."""

import math
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

from vln_pipeline.episodes.episode import GroundTruth
from vln_pipeline.episodes.ground import heights
from vln_pipeline.episodes.stages import NOWHERE, snapped, stages
from vln_pipeline.planning.astar import AStar
from vln_pipeline.planning.clearance import SLACK, clearances
from vln_pipeline.planning.discretise import discretise, replay
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.planning.polyline import lengths_along, points_along
from vln_pipeline.planning.search_grid import search_grid

_MARGIN, _WEIGHT, _BAND = 0.03, 1.0, 0.3
"""Room beyond the radius, metres; extra cost at the radius; and the band over which it fades, metres."""
_SPACING = 0.05
"""Distance between the points that the pursuit follows, metres."""


class ReferenceFollower:
    """Follows reference paths in one scene: the cheapest way from point to point, then a greedy pursuit of that.

    Args:
        nav: the scene's storeys and the robot's radius.
        look_aheads: distances along the path that the pursuit aims at, metres; the first that arrives is used.
        end_tolerance: largest distance of the end from the last point, metres.
    """

    def __init__(self, nav: NavigationMap, look_aheads: Sequence[float], end_tolerance: float) -> None:
        self._nav, self._look_aheads, self._end_tolerance = nav, look_aheads, end_tolerance
        self._searches = cache(self._search)

    def follow(self, start: NDArray[np.float64], way: NDArray[np.float64], turn: float, step: float) -> GroundTruth:
        """Return the way in actions, every forward step clear of obstacles.

        Args:
            start: (4,) x, y, z, yaw.
            way: (R, 3) points to pass, metres; the last one is the goal.
            turn: angle of a turn action, degrees.
            step: length of a forward action, metres.

        Raises:
            ValueError: no stairs lead where the points do, they cannot be reached, or the pursuit does not arrive.
        """
        actions: list[NDArray[np.int8]] = []
        poses: list[NDArray[np.float64]] = []
        here = start
        for floor, points in stages(self._nav, self._spots, start[:3], way):
            taken, led = self._pursue(floor, here, points, turn, step)
            actions.append(taken)
            poses.append(led[1:] if poses else led)
            here = led[-1]
        return GroundTruth(np.concatenate(actions), turn, step, np.concatenate(poses))

    def _pursue(
        self, floor: FloorMap, start: NDArray[np.float64], way: NDArray[np.float64], turn: float, step: float
    ) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Return actions and (L, 4) poses of the way on one map."""
        shift = floor.origin + 0.5 * floor.cell
        path = self._path(floor, start, way) - shift
        # A start nearer to an obstacle than the radius is the file's word that the robot can stand there.
        there = float(clearances(floor.esdf, floor.cell, path[:1])[0])
        radius = min(self._nav.radius, there - 2 * SLACK)
        if radius <= 0:
            raise ValueError("it starts inside an obstacle")
        pose = np.array([*path[0], start[3]])
        angle = math.radians(turn)
        for look_ahead in self._look_aheads:
            actions = discretise(path, start[3], look_ahead, floor.esdf, floor.cell, radius, step, angle)
            poses = replay(actions, pose, step, angle)
            if np.hypot(*(poses[-1, :2] - path[-1])) <= self._end_tolerance:
                xy = poses[:, :2] + shift
                return actions, np.column_stack([xy, heights(floor, xy), poses[:, 2]])
        raise ValueError("no sequence of actions follows its reference path to the end")

    def _path(self, floor: FloorMap, start: NDArray[np.float64], way: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (N, 2) closely spaced points, world, from the start over every reference point."""
        search, nearest = self._searches(floor.index)
        cells = [snapped(floor, nearest, point) for point in (start[:3], *way)]
        pieces = [start[None, :2]]
        for here, there in pairwise(cells):
            if here == there:
                continue
            found, cost = search.path(here, there)
            if not np.isfinite(cost):
                raise ValueError("a point of its reference path cannot be reached")
            pieces.append(floor.to_world(found.astype(np.float64)))
        return _spaced(np.concatenate(pieces))

    def _spots(self, floor: FloorMap) -> NDArray[np.int32]:
        return self._searches(floor.index)[1]

    def _search(self, index: int) -> tuple[AStar, NDArray[np.int32]]:
        """Return the search of a map, and the (2, H, W) open cell nearest to each of its cells; far off for none."""
        floor = self._nav.maps[index]
        grid = search_grid(floor, self._nav.radius, _MARGIN, _WEIGHT, _BAND)
        closed = ~np.isfinite(grid[1:-1, 1:-1])
        if closed.all():
            return AStar(grid), np.full((2, *closed.shape), NOWHERE, dtype=np.int32)
        return AStar(grid), distance_transform_edt(closed, return_distances=False, return_indices=True)


def _spaced(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    length = lengths_along(corners)[-1]
    if length == 0:
        raise ValueError("its reference path ends where it starts")
    return points_along(corners, np.linspace(0, length, 1 + int(np.ceil(length / _SPACING))))
