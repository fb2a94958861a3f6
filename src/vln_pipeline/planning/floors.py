"""Storeys: the levels of a building on which much of the standable area lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.rasterise import VOXEL
from vln_pipeline.planning.spans import OPEN, Spans, grow

_STOREY = 1.8
"""Least height between two storeys, metres."""
_WINDOW = 0.3
"""Height of the band whose area makes a storey, metres."""
_LEVEL = 0.15
"""A part that is linked to nothing belongs to a storey when its median is this close to the storey's level, metres."""


@dataclass(frozen=True)
class Layer:
    """The standable places of one storey, at most one per cell.

    Attributes:
        level: of the storey, in voxels.
        top: (H, W) int32 level of the surface, -1 where none.
        ceiling: (H, W) int32 level of the next solid voxel above, ``OPEN`` where none.
    """

    level: int
    top: NDArray[np.int32]
    ceiling: NDArray[np.int32]


@dataclass(frozen=True)
class Storeys:
    """The storeys of a building.

    Attributes:
        levels: of the storeys, in voxels, lowest first; empty where nothing can be stood on.
        parts: (C,) bool, which components of the spans are floor for certain, being what the levels were found on.
        medians: (C,) int32 median level of each component.
    """

    levels: list[int]
    parts: NDArray[np.bool_]
    medians: NDArray[np.int32]


def find_storeys(spans: Spans, cell: float, min_area: float) -> Storeys:
    """Return the levels of a building's storeys.

    Levels are peaks of standable area over height. Roofs and the tops of furniture have such peaks too, so only some
    components vote: the one with the most area under a ceiling (the largest where there are no ceilings), and others
    of at least ``min_area`` that lie mostly under a ceiling, such as storeys whose stairs the mesh has lost.

    Args:
        spans: all places.
        cell: edge of a cell, metres.
        min_area: smallest storey, square metres.
    """
    if not len(spans.top):
        return Storeys([], np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int32))
    least = min_area / cell**2
    size = np.bincount(spans.component)
    covered = np.bincount(spans.component, weights=spans.ceiling < OPEN)
    parts = (size >= least) & (covered >= size / 2)
    parts[int(np.argmax(covered)) if covered.max() >= least else 0] = True
    tops = spans.top[parts[spans.component]]
    half, apart = round(_WINDOW / VOXEL) // 2, round(_STOREY / VOXEL)
    area = np.convolve(np.bincount(tops), np.ones(2 * half + 1, dtype=np.int64))[half:-half]
    levels = []
    while area.max() >= least:
        peak = int(np.argmax(area))
        levels.append(int(np.median(tops[np.abs(tops - peak) <= half])))
        area[max(peak - apart, 0) : peak + apart] = 0
    return Storeys(sorted(levels), parts, _median_tops(spans))


def storey_layer(spans: Spans, storeys: Storeys, index: int, rise: int) -> Layer:
    """Return what belongs to one storey.

    A storey is what lies within a step of its level, and what is linked to that without crossing half the height to the
    next storey. Where two of its places lie one above the other (the floor below a flight of stairs), the one nearer to
    its level stays.

    Args:
        spans: all places.
        storeys: from ``find_storeys``.
        index: which storey.
        rise: largest change of level from cell to cell by which the storey extends beyond a step of its level.
    """
    levels, level = storeys.levels, storeys.levels[index]
    lowest = (levels[index - 1] + level) // 2 + 1 if index else 0
    highest = (level + levels[index + 1]) // 2 if index + 1 < len(levels) else OPEN
    at_level = np.abs(storeys.medians - level) <= _LEVEL / VOXEL
    seeds = (np.abs(spans.top - level) <= spans.step) & (storeys.parts | at_level)[spans.component]
    places = np.flatnonzero(grow(spans, seeds, lowest, highest, rise))
    places = places[np.argsort(-np.abs(spans.top[places] - level), kind="stable")]
    top, ceiling = np.full(spans.shape, -1, dtype=np.int32), np.full(spans.shape, OPEN, dtype=np.int32)
    top.flat[spans.cell[places]] = spans.top[places]
    ceiling.flat[spans.cell[places]] = spans.ceiling[places]
    return Layer(level, top, ceiling)


def _median_tops(spans: Spans) -> NDArray[np.int32]:
    """Return the (C,) median level of each component."""
    order = np.argsort(spans.component.astype(np.int64) * OPEN + spans.top)
    size = np.bincount(spans.component)
    middle = np.cumsum(size) - size + size // 2
    return spans.top[order[middle]]
