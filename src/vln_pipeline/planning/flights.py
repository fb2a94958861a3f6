"""Stairs and ramps between storeys, unrolled: on one grid, with the floor at both of their ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.floors import Layer
from vln_pipeline.planning.rasterise import VOXEL
from vln_pipeline.planning.spans import OPEN, Spans, linked, steps_from

_LEVEL = 0.1
"""A flight ends where it is this near to the level of a storey, metres."""


@dataclass(frozen=True)
class Unrolled:
    """The standable places around one flight, at most one per cell.

    Storeys lie above each other, a grid has one floor per cell. A cell has the flight itself where that is, and around
    it the place from which the fewer steps lead to the end of the flight on its storey: the lower one at the foot, the
    upper one at the head. The border between them is closed.

    Attributes:
        lower: index of the storey at its foot.
        upper: index of the storey at its head.
        layer: the places; its level is that of the lower storey, so that drops are cut back on their upper side.
        steps: (H, W) int32 cells walked from the middle of the flight, -1 where no place is reached.
    """

    lower: int
    upper: int
    layer: Layer
    steps: NDArray[np.int32]


def find_flights(spans: Spans, layers: Sequence[Layer]) -> list[Unrolled]:
    """Return every flight between two storeys that are linked where their layers meet, half way up.

    Args:
        spans: all places.
        layers: of the storeys, lowest first, with the stairs that belong to them.
    """
    found = []
    for lower in range(len(layers)):
        for upper in range(lower + 1, len(layers)):
            below, above = layers[lower].places, layers[upper].places
            seam = _seam(spans.links(spans.climb), below, above)
            grid = np.zeros(spans.shape, dtype=np.uint8)
            grid.flat[spans.cell[seam]] = 1
            count, label = cv2.connectedComponents(grid, connectivity=8)
            for number in range(1, count):
                middle = seam & (label.flat[spans.cell] == number)
                found.append(_unrolled(spans, middle, layers, lower, upper))
    return found


def _unrolled(spans: Spans, middle: NDArray[np.bool_], layers: Sequence[Layer], lower: int, upper: int) -> Unrolled:
    below, above = layers[lower], layers[upper]
    distance = steps_from(spans.links(spans.climb), spans.cell, middle, below.places | above.places)
    places = np.flatnonzero(distance >= 0)
    beyond = np.where(below.places, distance - _end(spans, distance, below), distance - _end(spans, distance, above))
    places = places[np.argsort(-beyond[places], kind="stable")]
    top, ceiling = np.full(spans.shape, -1, dtype=np.int32), np.full(spans.shape, OPEN, dtype=np.int32)
    height, steps = np.full(spans.shape, np.nan, dtype=np.float32), np.full(spans.shape, -1, dtype=np.int32)
    cells = spans.cell[places]
    top.flat[cells], height.flat[cells] = spans.top[places], spans.height[places]
    ceiling.flat[cells], steps.flat[cells] = spans.ceiling[places], distance[places]
    return Unrolled(lower, upper, Layer(below.level, top, height, ceiling, distance >= 0), steps)


def _end(spans: Spans, distance: NDArray[np.int32], storey: Layer) -> int:
    """Return the cells walked from the middle of a flight to the level of a storey; 0 where it does not lead there."""
    level = storey.places & (distance >= 0) & (np.abs(spans.top - storey.level) <= _LEVEL / VOXEL)
    return int(distance[level].min()) if level.any() else 0


@njit(cache=True)
def smoothed(ground, radius, climb):  # type: ignore[no-untyped-def]
    """Return (H, W) heights in which steps became a slope: means over cells that are no more than two steps away.

    A body walks up a flight along the line of its nosings and does not jump from tread to tread.

    Args:
        ground: (H, W) float32 metres, NaN where there is none.
        radius: of the window, cells.
        climb: largest step, metres.
    """
    rows, columns = ground.shape
    result = ground.copy()
    for row in range(rows):
        for column in range(columns):
            here = ground[row, column]
            if np.isnan(here):
                continue
            total, count = 0.0, 0
            for i in range(max(0, row - radius), min(rows, row + radius + 1)):
                for j in range(max(0, column - radius), min(columns, column + radius + 1)):
                    if abs(ground[i, j] - here) <= 2 * climb:
                        total += ground[i, j]
                        count += 1
            result[row, column] = total / count
    return result


@njit(cache=True)
def _seam(links, below, above):  # type: ignore[no-untyped-def]
    """Return (S,) the places that are linked across the border of two layers."""
    start, top, height, ceiling, (rows, columns), climb, clearance = links
    found = np.zeros(len(top), dtype=np.bool_)
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            for a in range(start[here], start[here + 1]):
                if not (below[a] or above[a]):
                    continue
                for side in range(2):
                    if (column if side == 0 else row) + 1 == (columns if side == 0 else rows):
                        continue
                    there = here + (1 if side == 0 else columns)
                    for b in range(start[there], start[there + 1]):
                        across = (below[a] and above[b]) or (above[a] and below[b])
                        if across and linked(a, b, top, height, ceiling, climb, clearance):
                            found[a] = found[b] = True
    return found
