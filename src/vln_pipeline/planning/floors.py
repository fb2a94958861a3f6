"""Storeys: the levels of a building on which much of the standable area lies."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.rasterise import VOXEL
from vln_pipeline.planning.spans import OPEN, Spans, grow

STOREY = 1.8
"""Least height between two storeys that lie one above the other, metres."""
_WINDOW = 0.3
"""Height of the band whose area makes a storey, metres."""
_LEVEL = 0.15
"""A part that is linked to nothing belongs to a storey when its median is this close to the storey's level, metres."""
_COVERED = 0.25
"""Share of a part that lies under something, in a building that has ceilings; a roof has nothing above."""
_SPLIT_AREA = 6.0
"""Smallest part of a split level, square metres; a landing is smaller."""
_SHARP = 0.05, 0.6
"""A split level is flat: within so many metres of its height lies at least this share of its band; a ramp is not."""


@dataclass(frozen=True)
class Layer:
    """The standable places of one storey, at most one per cell.

    Attributes:
        level: of the storey, in voxels.
        top: (H, W) int32 level of the surface, -1 where none.
        height: (H, W) float32 exact height of the surface, in levels, NaN where none.
        ceiling: (H, W) int32 level of the next solid voxel above, ``OPEN`` where none.
        places: (S,) bool, which of the spans these are.
    """

    level: int
    top: NDArray[np.int32]
    height: NDArray[np.float32]
    ceiling: NDArray[np.int32]
    places: NDArray[np.bool_]


@dataclass(frozen=True)
class Storeys:
    """The storeys of a building.

    Attributes:
        levels: of the storeys, in voxels, lowest first; empty where nothing can be stood on.
        parts: (C,) bool, which components of the spans are floor for certain, being what the levels were found on.
        near: (C,) bool, which other components are floor where they lie at the level of a storey.
        medians: (C,) int32 median level of each component.
    """

    levels: list[int]
    parts: NDArray[np.bool_]
    near: NDArray[np.bool_]
    medians: NDArray[np.int32]


def find_storeys(
    spans: Spans, cell: float, min_area: float, overhead: NDArray[np.bool_], heights: int, outdoors: bool
) -> Storeys:
    """Return the levels of a building's storeys.

    Levels are peaks of standable area over height. Roofs and the tops of furniture have such peaks too, so only some
    components vote: the one with the most area under a ceiling (where there are no ceilings, the largest that is no
    roof), and others of at least ``min_area`` of which a good part lies under a ceiling, such as storeys whose stairs
    the mesh has lost, with the terraces to which their doors lead. What lies mostly on a part that is called ceiling or
    roof never votes.

    Args:
        spans: all places.
        cell: edge of a cell, metres.
        min_area: smallest storey, square metres.
        overhead: (S,) places on a part that is called ceiling or roof.
        heights: number of levels of the volume.
        outdoors: whether ground without cover that nothing leads to is floor at the level of a storey.
    """
    if not len(spans.top):
        none = np.zeros(0, dtype=bool)
        return Storeys([], none, none, np.zeros(0, dtype=np.int32))
    least = min_area / cell**2
    size = np.bincount(spans.component)
    covered = np.bincount(spans.component, weights=spans.ceiling < OPEN)
    roofed = np.bincount(spans.component, weights=overhead) >= size / 2
    covered[roofed] = 0
    medians = _median_tops(spans)
    parts = (size >= least) & (covered >= _COVERED * size) & ~roofed
    if covered.max() >= least:
        parts[int(np.argmax(covered))] = True
        near = ~roofed & (outdoors | (covered >= _COVERED * size))
    else:
        # Nothing lies under a ceiling: an open scan, or a shell of which only the roof can be stood on.
        top_side = (medians > STOREY / VOXEL) & (heights - medians <= STOREY / VOXEL)
        near = ~roofed & ~top_side
        if near.any():
            parts[int(np.argmax(near))] = True
    if not parts.any():
        return Storeys([], parts, near, medians)
    return Storeys(_levels(spans, parts, least, cell), parts, near, medians)


def _levels(spans: Spans, parts: NDArray[np.bool_], least: float, cell: float) -> list[int]:
    """Return the peaks of area over height, lowest first: storeys, and the halves of split levels."""
    voting = parts[spans.component]
    tops, component = spans.top[voting], spans.component[voting]
    half, apart, beside = round(_WINDOW / VOXEL) // 2, round(STOREY / VOXEL), spans.step + 1
    area = np.convolve(np.bincount(tops), np.ones(2 * half + 1, dtype=np.int64))[half:-half]
    levels: list[int] = []
    while area.max() >= least:
        peak = int(np.argmax(area))
        band = np.abs(tops - peak) <= half
        level = int(np.median(tops[band]))
        close = [other for other in levels if abs(other - level) < apart]
        if not close or (
            min(abs(other - level) for other in close) > spans.step
            and band.sum() >= _SPLIT_AREA / cell**2
            and _is_flat(tops[band], level)
            and _is_linked(tops, component, band, close, spans.step)
        ):
            levels.append(level)
        area[max(peak - beside, 0) : peak + beside] = 0
    return sorted(levels)


def _is_flat(tops: NDArray[np.int32], level: int) -> bool:
    within, share = _SHARP
    return bool((np.abs(tops - level) <= round(within / VOXEL)).mean() >= share)


def _is_linked(
    tops: NDArray[np.int32], component: NDArray[np.int32], band: NDArray[np.bool_], close: list[int], step: int
) -> bool:
    """Return whether steps lead from most of a band to a level nearby: none lead to the top of a table."""
    nearby = np.min([np.abs(tops - level) for level in close], axis=0) <= step
    return bool(np.isin(component[band], np.unique(component[nearby])).mean() >= 0.5)


def storey_layer(spans: Spans, storeys: Storeys, index: int, rise: float) -> Layer:
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
    at_level = (np.abs(storeys.medians - level) <= _LEVEL / VOXEL) & storeys.near
    exact = float(np.median(spans.height[np.abs(spans.top - level) <= 1]))
    seeds = (np.abs(spans.height - exact) <= spans.climb) & (storeys.parts | at_level)[spans.component]
    seeds &= (spans.top >= lowest) & (spans.top <= highest)
    reached = grow(spans, seeds, lowest, highest, rise)
    places = np.flatnonzero(reached)
    places = places[np.argsort(-np.abs(spans.top[places] - level), kind="stable")]
    top, ceiling = np.full(spans.shape, -1, dtype=np.int32), np.full(spans.shape, OPEN, dtype=np.int32)
    height = np.full(spans.shape, np.nan, dtype=np.float32)
    top.flat[spans.cell[places]] = spans.top[places]
    height.flat[spans.cell[places]] = spans.height[places]
    ceiling.flat[spans.cell[places]] = spans.ceiling[places]
    return Layer(level, top, height, ceiling, reached)


def _median_tops(spans: Spans) -> NDArray[np.int32]:
    """Return the (C,) median level of each component."""
    order = np.argsort(spans.component.astype(np.int64) * OPEN + spans.top)
    size = np.bincount(spans.component)
    middle = np.cumsum(size) - size + size // 2
    return spans.top[order[middle]]
