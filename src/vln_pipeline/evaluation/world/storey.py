"""One storey as the body sees it: where it can stand, how far it is to a goal, and the way there."""

from collections import OrderedDict
from dataclasses import replace

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.collide import TOLERANCE, slide, sweep
from vln_pipeline.evaluation.world.diagonal_gaps import opened, saddle
from vln_pipeline.planning.clearance import SLACK, bilinear
from vln_pipeline.planning.elevation import elevations
from vln_pipeline.planning.geodesic import geodesic_field, sample_field
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.planning.search_grid import STEPS
from vln_pipeline.planning.string_pull import pull


class Storey:
    """A floor map for a body of its own radius, which need not be the one that the map's ``navigable`` is made for.

    Args:
        floor: the floor map.
        radius: of the body, metres.
        goals_kept: geodesic fields that are kept.
    """

    def __init__(self, floor: FloorMap, radius: float, goals_kept: int) -> None:
        # With the tolerance, a body in contact stands between cells of which one is navigable.
        fits = floor.esdf >= radius - TOLERANCE
        gaps = opened(floor.esdf, fits, radius - TOLERANCE)
        _, piece = cv2.connectedComponents((fits | gaps).astype(np.uint8), connectivity=4)
        kept = (fits | gaps) & np.isin(piece, np.unique(piece[floor.navigable & fits]))
        self.floor = replace(floor, navigable=kept)
        self.cells = np.argwhere(kept & fits)
        self._gaps = gaps
        self._radius = radius
        self._goals_kept = goals_kept
        self._fields: OrderedDict[tuple[float, float], NDArray[np.float32]] = OrderedDict()
        self._corner = floor.origin + floor.cell / 2

    @property
    def area(self) -> float:
        """Floor on which the body's axis may be, square metres."""
        return len(self.cells) * self.floor.cell**2

    def sample(self, draw: np.random.Generator) -> NDArray[np.float64]:
        """Return a (3,) place, uniform over the cells in which the body fits."""
        while True:
            cell = self.cells[draw.integers(len(self.cells))]
            point = self.floor.to_world(cell + draw.uniform(-0.5, 0.5, 2))
            if self.clearance(point) >= self._radius:
                return self.on_ground(point)

    def on_ground(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (3,) point on the floor at (2,) world xy."""
        points = (np.asarray(xy, dtype=np.float64)[:2] - self._corner)[None]
        height = elevations(self.floor.ground, self.floor.cell, points, self.floor.height)
        return np.array([xy[0], xy[1], height[0]])

    def clearance(self, xy: NDArray[np.float64]) -> float:
        """Return the interpolated clearance at world xy, metres."""
        x, y = np.asarray(xy, dtype=np.float64)[:2] - self._corner
        return float(bilinear(self.floor.esdf, self.floor.cell, x, y)[0])

    def move(self, xy: NDArray[np.float64], displacement: NDArray[np.float64], sliding: bool) -> tuple[NDArray, bool]:
        """Return the (3,) place where a motion from world xy ends, and whether the body touched something."""
        start = np.asarray(xy, dtype=np.float64)[:2] - self._corner
        along = np.asarray(displacement, dtype=np.float64)
        if sliding:
            end, contact = slide(self.floor.esdf, self.floor.cell, start, along, self._radius)
        else:
            free = sweep(self.floor.esdf, self.floor.cell, start, along, self._radius)
            end, contact = start + free * along, free < 1
        return self.on_ground(end + self._corner), contact

    def distance(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
        """Return the geodesic distance between two places, metres; infinite where no way exists."""
        field = self._field(goal)
        length = sample_field(self.floor, field, np.asarray(start)[:2])
        if not np.isfinite(length):
            return self._nearest_cell(field, start)[1]
        straight = float(np.hypot(start[0] - goal[0], start[1] - goal[1]))
        # Interpolation blunts the tip of the field; no wall runs between places this near to each other.
        return straight if straight < self.floor.cell else length

    def path(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (K, 3) corners of the shortest way between two places; (0, 3) where there is none.

        Descends the goal's geodesic field from cell to cell and pulls the result taut. Every piece of it is free for
        the body.
        """
        field = self._field(goal)
        first, length = self._nearest_cell(field, start)
        if not np.isfinite(length):
            return np.zeros((0, 3))
        cells = self._through_gaps(_descend(field, first[0], first[1]))
        between = self.floor.to_world(cells) - self._corner
        ends = [(np.asarray(place, dtype=np.float64)[:2] - self._corner)[None] for place in (start, goal)]
        points = np.concatenate([ends[0], between, ends[1]])
        taut = pull(points, self.floor.esdf, self.floor.cell, self._radius, SLACK)
        height = elevations(self.floor.ground, self.floor.cell, taut, self.floor.height)
        return np.column_stack([taut + self._corner, height])

    def _through_gaps(self, cells: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (N, 2) cells of a way with the points where the body passes in place of the cells opened for gaps."""
        points = cells.astype(np.float64)
        for n in np.flatnonzero(self._gaps[tuple(cells[1:-1].T)]) + 1:
            before, after = cells[n - 1], cells[n + 1]
            if (np.abs(after - before) == 1).all():
                points[n] = saddle(self.floor.esdf, before, after)
        return points

    def _field(self, goal: NDArray[np.float64]) -> NDArray[np.float32]:
        key = float(goal[0]), float(goal[1])
        if key not in self._fields:
            self._fields[key] = geodesic_field(self.floor, np.array(key))
            if len(self._fields) > self._goals_kept:
                self._fields.popitem(last=False)
        self._fields.move_to_end(key)
        return self._fields[key]

    def _nearest_cell(self, field: NDArray[np.float32], place: NDArray[np.float64]) -> tuple[NDArray[np.int64], float]:
        """Return the best first cell of the way from a place, and the length of that way, metres; infinite for none.

        One of the four cells around the place, or, where none of them is connected to the goal, one up to two cells
        further: a body in a narrow place stands between cells in which it does not fit. No wall runs in between, since
        its radius is no less than two cells.
        """
        position = self.floor.to_cell(np.asarray(place, dtype=np.float64)[:2])
        corner = np.floor(position).astype(np.int64)
        for reach in (0, 2):
            offsets = np.argwhere(np.ones((2 + 2 * reach, 2 + 2 * reach))) - reach
            around = np.clip(corner + offsets, 0, np.array(field.shape) - 1)
            total = field[around[:, 0], around[:, 1]] + np.linalg.norm(around - position, axis=1) * self.floor.cell
            best = int(np.argmin(total))
            if np.isfinite(total[best]):
                break
        return around[best], float(total[best])


@njit(cache=True)
def _descend(field: NDArray[np.float32], row: int, column: int) -> NDArray[np.int64]:
    """Return the (N, 2) cells of a steepest descent, never cutting a corner.

    A field made by fast marching has no local minimum but the goal: each value comes from a smaller neighbour.
    """
    height, width = field.shape
    cells = np.empty((field.size, 2), dtype=np.int64)
    count = 0
    while True:
        cells[count, 0], cells[count, 1] = row, column
        count += 1
        best, steepest = -1, 0.0
        for k in range(8):
            i, j = row + STEPS[k, 0], column + STEPS[k, 1]
            if i < 0 or j < 0 or i >= height or j >= width or not np.isfinite(field[i, j]):
                continue
            if k >= 4 and not (np.isfinite(field[row, j]) and np.isfinite(field[i, column])):
                continue
            slope = (field[row, column] - field[i, j]) / np.hypot(STEPS[k, 0], STEPS[k, 1])
            if slope > steepest:
                best, steepest = k, slope
        if best < 0:
            return cells[:count].copy()
        row, column = row + STEPS[best, 0], column + STEPS[best, 1]
