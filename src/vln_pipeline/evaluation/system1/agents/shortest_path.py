"""The upper bound: a robot that has the whole map and knows where it is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import GoalKind, Plan
from vln_pipeline.evaluation.system1.agents.single_path import single_path
from vln_pipeline.evaluation.system1.agents.team import ANY_NUMBER, Situation, Truth
from vln_pipeline.evaluation.system1.episode import Episode
from vln_pipeline.evaluation.world.planar import into
from vln_pipeline.planning.astar import AStar
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.planning.search_grid import search_grid
from vln_pipeline.rendering.camera import CameraSetting

_WEIGHT, _BAND = 2.0, 0.25
"""Extra cost of a metre at the robot's radius from an obstacle, metres, and the distance over which it fades, metres:
enough that a follower that cuts corners touches none, little enough that the way stays short."""
_SPACING, _HORIZON = 0.2, 3.0
"""Distance between waypoints and length of way that is handed on, metres."""


class ShortestPath:
    """A* over the navigation map, planned anew from wherever the robot is."""

    kinds = frozenset({GoalKind.POINT, GoalKind.PIXEL, GoalKind.IMAGE})
    depth = rgb = False
    most = ANY_NUMBER

    def reset(self, episodes: Sequence[Episode], seeds: Sequence[int], camera: CameraSetting, truth: Truth) -> None:
        """Learn the goals."""
        self._episodes = episodes
        self._floors = truth.nav.floors
        grids = {
            index: search_grid(self._floors[index], truth.nav.radius, 0.0, _WEIGHT, _BAND)
            for index in {episode.floor for episode in episodes}
        }
        self._searches = {index: AStar(grid) for index, grid in grids.items()}
        self._open = {index: np.argwhere(np.isfinite(grid[1:-1, 1:-1])) for index, grid in grids.items()}

    def plan(self, situations: Sequence[Situation]) -> list[Plan]:
        """Return the way per situation."""
        return [single_path(self._way(situation)) for situation in situations]

    def close(self) -> None:
        """Nothing is held."""

    def _way(self, situation: Situation) -> NDArray[np.float64]:
        """Return (K, 2) the next metres of the shortest way, body frame, metres."""
        episode = self._episodes[situation.robot]
        if episode.target is None:
            raise ValueError(f"{episode.id} has no goal, and the shortest way leads nowhere")
        floor, index = self._floors[episode.floor], episode.floor
        goal = episode.target.position[:2]
        cells, _ = self._searches[index].path(
            self._cell(floor, index, situation.pose[:2]), self._cell(floor, index, goal)
        )
        stride = max(1, round(_SPACING / floor.cell))
        ahead = floor.to_world(cells[stride : round(_HORIZON / floor.cell) : stride].astype(np.float64))
        way = ahead if len(ahead) else goal[None]
        return into(situation.pose[[0, 1, 3]], way)

    def _cell(self, floor: FloorMap, index: int, place: NDArray[np.float64]) -> tuple[int, int]:
        """Return the open cell nearest to a place: a robot that touches something stands on none."""
        cells = self._open[index]
        row, column = cells[np.square(cells - floor.to_cell(place)).sum(axis=1).argmin()]
        return int(row), int(column)
