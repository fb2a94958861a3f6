"""Places where a robot can stand, linked where it can step from one to the next."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.rasterise import VOXEL, Columns, surface_heights
from vln_pipeline.scenes.scene import Mesh

OPEN = 1 << 20
"""Level of the ceiling where there is none."""
_COVER = 0.1
"""Metres: what lies this flat on a standable voxel (a carpet, scanning noise) can be stood on too."""

_TOLERANCE = 0.001
"""By how much a step may exceed the largest, metres: a file's coordinates are rounded."""


@dataclass(frozen=True)
class Spans:
    """Standable places, ordered by cell and, within a cell, from low to high.

    Attributes:
        start: (H * W + 1,) int32; those of cell ``i`` (row-major) are ``start[i]`` to ``start[i + 1]``.
        cell: (S,) int32 index of the cell.
        top: (S,) int32 level of the surface.
        height: (S,) float32 exact height of the surface, in levels.
        ceiling: (S,) int32 level of the next solid voxel above, or ``OPEN``.
        component: (S,) int32 index of the linked component, 0 for the largest.
        shape: (H, W) of the grid.
        step, clearance: the robot's largest step and its height, in whole levels.
        climb: the robot's largest step, in levels and fractions.
    """

    start: NDArray[np.int32]
    cell: NDArray[np.int32]
    top: NDArray[np.int32]
    height: NDArray[np.float32]
    ceiling: NDArray[np.int32]
    component: NDArray[np.int32]
    shape: tuple[int, int]
    step: int
    clearance: int
    climb: float

    def links(self, climb: float) -> tuple[Any, ...]:
        """Return what compiled loops take to know which places are linked by steps of ``climb`` levels at most."""
        return self.start, self.top, self.height, self.ceiling, self.shape, climb, self.clearance


def find_spans(columns: Columns, mesh: Mesh, walkable: NDArray[np.bool_], headroom: float, max_step: float) -> Spans:
    """Return the standable places of a volume for a robot's height and largest step, metres.

    A step is measured between exact heights, to a millimetre; headroom is rounded up to whole voxels.

    Args:
        columns: the volume.
        mesh: the triangles it was made of.
        walkable: (F,) faces to stand on.
        headroom: that the robot needs, metres.
        max_step: largest step, metres.
    """
    clearance, step = int(np.ceil(headroom / VOXEL - 1e-9)), int(max_step / VOXEL + 1e-9)
    climb = (max_step + _TOLERANCE) / VOXEL
    cover = round(_COVER / VOXEL)
    counts = np.zeros(columns.solid.shape[0] * columns.solid.shape[1] + 1, dtype=np.int32)
    nothing = np.empty(0, dtype=np.int32)
    _scan(columns.solid, columns.standable, cover, clearance, counts, nothing, nothing, nothing)
    start = np.cumsum(counts, dtype=np.int32)
    cell, top, ceiling = (np.empty(start[-1], dtype=np.int32) for _ in range(3))
    _scan(columns.solid, columns.standable, cover, clearance, start, cell, top, ceiling)
    height = surface_heights(mesh.vertices, mesh.faces, walkable, columns, start, top)
    # What lies on a walkable face (a carpet) has no height of its own.
    height = np.where(np.isnan(height), top + np.float32(0.5), height)
    shape = columns.solid.shape[:2]
    roots = _link(start, top, height, ceiling, shape[0], shape[1], climb, clearance)
    label = (np.cumsum(roots == np.arange(len(roots))) - 1)[roots]
    size = np.bincount(label)
    rank = np.empty(len(size), dtype=np.int32)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size), dtype=np.int32)
    return Spans(start, cell, top, height, ceiling, rank[label], (shape[0], shape[1]), step, clearance, climb)


def on_faces(spans: Spans, columns: Columns, mesh: Mesh, faces: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return (S,) which spans are the surface of some (F,) faces."""
    if not faces.any():
        return np.zeros(len(spans.top), dtype=bool)
    return ~np.isnan(surface_heights(mesh.vertices, mesh.faces, faces, columns, spans.start, spans.top))


def grow(spans: Spans, seeds: NDArray[np.bool_], lowest: int, highest: int, rise: float) -> NDArray[np.bool_]:
    """Return (S,) which spans are reached from the seeds over links, staying between two levels.

    Args:
        spans: all places.
        seeds: (S,) where to begin.
        lowest: level of the lowest surface that is entered.
        highest: level of the highest surface that is entered.
        rise: largest change of level from cell to cell; links of a larger one are not used.
    """
    allowed = (lowest <= spans.top) & (spans.top <= highest)
    reached: NDArray[np.bool_] = steps_from(spans.links(float(rise)), spans.cell, seeds, allowed) >= 0
    return reached


@njit(cache=True)
def _scan(solid, standable, cover, clearance, start, cell, top, ceiling):  # type: ignore[no-untyped-def]
    """Count the spans of cell i in start[i + 1] when there is no room for them, else write them from start[i] on."""
    rows, columns, words = solid.shape
    one = np.uint64(1)
    for index in range(rows * columns):
        row, column = index // columns, index % columns
        surface = floor = -OPEN
        found = 0
        for word in range(words + 1):
            bits = solid[row, column, word] if word < words else one
            if bits == 0:
                continue
            for bit in range(64 if word < words else 1):
                if not (bits >> np.uint64(bit)) & one:
                    continue
                level = 64 * word + bit if word < words else OPEN
                gap = level - surface - 1
                if gap >= clearance and floor >= surface - cover and surface >= 0:
                    if len(cell):
                        at = start[index] + found
                        cell[at], top[at], ceiling[at] = index, surface, level
                    found += 1
                surface = level
                if word < words and (standable[row, column, word] >> np.uint64(bit)) & one:
                    floor = level
        if not len(cell):
            start[index + 1] = found


@njit(cache=True)
def linked(a, b, top, height, ceiling, climb, clearance):  # type: ignore[no-untyped-def]
    """Return whether the robot can step from place ``a`` to ``b`` of a neighbouring cell."""
    room = min(ceiling[a], ceiling[b]) - max(top[a], top[b]) - 1
    return abs(height[a] - height[b]) <= climb and room >= clearance


@njit(cache=True)
def _root(parent, i):  # type: ignore[no-untyped-def]
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True)
def _link(start, top, height, ceiling, rows, columns, climb, clearance):  # type: ignore[no-untyped-def]
    parent = np.arange(len(top), dtype=np.int32)
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            for a in range(start[here], start[here + 1]):
                for side in range(2):
                    if (column if side == 0 else row) + 1 == (columns if side == 0 else rows):
                        continue
                    there = here + (1 if side == 0 else columns)
                    for b in range(start[there], start[there + 1]):
                        if linked(a, b, top, height, ceiling, climb, clearance):
                            ra, rb = _root(parent, a), _root(parent, b)
                            parent[max(ra, rb)] = min(ra, rb)
    for i in range(len(parent)):
        parent[i] = _root(parent, i)
    return parent


@njit(cache=True)
def steps_from(links, cell, seeds, allowed):  # type: ignore[no-untyped-def]
    """Return (S,) int32 the fewest links to each place from the nearest seed, over allowed places; -1 for none.

    Breadth first; ``links`` are those of ``Spans``, ``seeds`` and ``allowed`` (S,) masks; seeds need not be allowed.
    """
    start, top, height, ceiling, (rows, columns), climb, clearance = links
    distance = np.full(len(top), -1, dtype=np.int32)
    queue = np.empty(len(top), dtype=np.int32)
    count = 0
    for i in range(len(top)):
        if seeds[i]:
            distance[i] = 0
            queue[count] = i
            count += 1
    first = 0
    while first < count:
        a = queue[first]
        first += 1
        row, column = cell[a] // columns, cell[a] % columns
        for dr, dc in ((0, 1), (0, -1), (1, 0), (-1, 0)):
            if not (0 <= row + dr < rows and 0 <= column + dc < columns):
                continue
            there = cell[a] + dr * columns + dc
            for b in range(start[there], start[there + 1]):
                if distance[b] < 0 and allowed[b] and linked(a, b, top, height, ceiling, climb, clearance):
                    distance[b] = distance[a] + 1
                    queue[count] = b
                    count += 1
    return distance
