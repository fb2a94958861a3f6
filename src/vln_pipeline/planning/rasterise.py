"""Triangles to bit columns: which voxels a mesh touches, and which of them a robot could stand on."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

VOXEL = 0.025
"""Height of a voxel, metres; fine enough to tell a 0.18 m stair from a 0.2 m limit."""

_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


@dataclass(frozen=True)
class Columns:
    """A volume of voxels, one column of bits per cell.

    Bit ``b`` of word ``w`` stands for heights from ``origin[2] + (64 w + b) * VOXEL`` upwards.

    Attributes:
        solid: (H, W, B) uint64, set where a triangle touches the voxel.
        standable: (H, W, B) uint64, set at the highest voxel that a walkable triangle touches in its cell.
        origin: (3,) lowest corner of the volume, metres, world.
        cell: edge of a cell, metres.
    """

    solid: NDArray[np.uint64]
    standable: NDArray[np.uint64]
    origin: NDArray[np.float64]
    cell: float

    def level(self, z: float) -> int:
        """Return the index of the voxel at a height in metres."""
        return int(np.floor((z - self.origin[2]) / VOXEL))


def grid_shape(
    bounds: NDArray[np.float64], cell: float, margin: int = 2
) -> tuple[NDArray[np.float64], tuple[int, int, int]]:
    """Return the origin and the (H, W, levels) of a grid around (2, 3) bounds, metres.

    Cell borders lie on multiples of the cell edge, so that the grid does not shift with the scene's outermost vertex.
    """
    steps = np.array([cell, cell, VOXEL])
    first = np.floor(bounds[0] / steps) - margin
    counts = (np.floor(bounds[1] / steps) + margin + 1 - first).astype(int)
    return first * steps, (int(counts[1]), int(counts[0]), int(counts[2]))


def rasterise(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
    walkable: NDArray[np.bool_],
    origin: NDArray[np.float64],
    shape: tuple[int, int, int],
    cell: float,
) -> Columns:
    """Mark every voxel that a triangle touches.

    Each triangle is cut at the row borders between its first and last row, and the pieces at the column borders between
    their first and last column. The outermost borders never cut, so a face that lies on one cannot be lost by rounding.

    Args:
        vertices: (V, 3) metres, world, inside the grid.
        faces: (F, 3) indexes into ``vertices``.
        walkable: (F,) whether a robot could stand on the face.
        origin: lowest corner of the grid, from ``grid_shape``.
        shape: (rows, columns, levels) of the grid, from ``grid_shape``.
        cell: edge of a cell, metres.
    """
    words = (shape[2] + 63) // 64
    solid = np.zeros((shape[0], shape[1], words), dtype=np.uint64)
    standable = np.zeros_like(solid)
    points = (vertices - origin) / np.array([cell, cell, VOXEL])
    _fill(points, faces, walkable, solid, standable)
    return Columns(solid, standable, origin, cell)


@njit(cache=True)
def _mark(solid, standable, row, column, low, high, walkable):  # type: ignore[no-untyped-def]
    first, last = int(low), int(high)
    for word in range(first >> 6, (last >> 6) + 1):
        bits = _ALL
        if word == first >> 6:
            bits &= _ALL << np.uint64(first & 63)
        if word == last >> 6:
            bits &= _ALL >> np.uint64(63 - (last & 63))
        solid[row, column, word] |= bits
    if walkable:
        standable[row, column, last >> 6] |= np.uint64(1) << np.uint64(last & 63)


@njit(cache=True)
def _row_bounds(polygon, n, low, high):  # type: ignore[no-untyped-def]
    """Write the lowest and highest z over each cell of one row of a convex polygon; return the first and last cell."""
    left = right = polygon[0, 0]
    for i in range(1, n):
        left, right = min(left, polygon[i, 0]), max(right, polygon[i, 0])
    first, last = int(left), int(right)
    for column in range(first, last + 1):
        low[column], high[column] = np.inf, -np.inf
    for i in range(n):
        j = i + 1 if i + 1 < n else 0
        a, b = (i, j) if polygon[i, 0] <= polygon[j, 0] else (j, i)
        xa, za, xb, zb = polygon[a, 0], polygon[a, 2], polygon[b, 0], polygon[b, 2]
        start, end = int(xa), int(xb)
        slope = (zb - za) / (xb - xa) if end > start else 0.0
        z = za
        for column in range(start, end + 1):
            following = zb if column == end else za + slope * (column + 1 - xa)
            low[column] = min(low[column], z, following)
            high[column] = max(high[column], z, following)
            z = following
    return first, last


@njit(cache=True)
def _split(polygon, n, y, below, above):  # type: ignore[no-untyped-def]
    """Cut a convex polygon at a line of constant y; corners on the line belong to both pieces."""
    n_below = n_above = 0
    for i in range(n):
        j = i + 1 if i + 1 < n else 0
        yi, yj = polygon[i, 1], polygon[j, 1]
        if yi <= y:
            below[n_below] = polygon[i]
            n_below += 1
        if yi >= y:
            above[n_above] = polygon[i]
            n_above += 1
        if (yi < y < yj) or (yj < y < yi):
            t = (y - yi) / (yj - yi)
            for axis in range(3):
                below[n_below, axis] = polygon[i, axis] + t * (polygon[j, axis] - polygon[i, axis])
            below[n_below, 1] = y
            above[n_above] = below[n_below]
            n_below += 1
            n_above += 1
    return n_below, n_above


@njit(cache=True)
def _fill(points, faces, walkable, solid, standable):  # type: ignore[no-untyped-def]
    low, high = np.empty(solid.shape[1]), np.empty(solid.shape[1])
    polygon, below, above = np.empty((8, 3)), np.empty((8, 3)), np.empty((8, 3))
    for face in range(len(faces)):
        for i in range(3):
            for axis in range(3):
                polygon[i, axis] = points[faces[face, i], axis]
        row = int(min(polygon[0, 1], polygon[1, 1], polygon[2, 1]))
        last = int(max(polygon[0, 1], polygon[1, 1], polygon[2, 1]))
        n = 3
        while row <= last:
            if row < last:
                n_below, n = _split(polygon, n, row + 1.0, below, above)
                polygon, above = above, polygon
                left, right = _row_bounds(below, n_below, low, high)
            else:
                left, right = _row_bounds(polygon, n, low, high)
            for column in range(left, right + 1):
                _mark(solid, standable, row, column, low[column], high[column], walkable[face])
            row += 1


@njit(cache=True)
def _lift(points, faces, walkable, columns, start, top, found):  # type: ignore[no-untyped-def]
    """Raise ``found`` to the highest z of each walkable face over its cell, where that is in the surface's voxel."""
    low, high = np.empty(columns), np.empty(columns)
    polygon, below, above = np.empty((8, 3)), np.empty((8, 3)), np.empty((8, 3))
    for face in range(len(faces)):
        if not walkable[face]:
            continue
        for i in range(3):
            for axis in range(3):
                polygon[i, axis] = points[faces[face, i], axis]
        row = int(min(polygon[0, 1], polygon[1, 1], polygon[2, 1]))
        last = int(max(polygon[0, 1], polygon[1, 1], polygon[2, 1]))
        n = 3
        while row <= last:
            if row < last:
                n_below, n = _split(polygon, n, row + 1.0, below, above)
                polygon, above = above, polygon
                left, right = _row_bounds(below, n_below, low, high)
            else:
                left, right = _row_bounds(polygon, n, low, high)
            for column in range(left, right + 1):
                cell = row * columns + column
                for i in range(start[cell], start[cell + 1]):
                    if top[i] == int(high[column]):
                        found[i] = max(found[i], high[column])
            row += 1


def surface_heights(
    vertices: NDArray[np.float64],
    faces: NDArray[np.int32],
    walkable: NDArray[np.bool_],
    columns: Columns,
    start: NDArray[np.int32],
    top: NDArray[np.int32],
) -> NDArray[np.float32]:
    """Return the (S,) exact heights of surfaces whose voxels are known, in voxels above the volume's lowest corner.

    A surface is as high as the highest point that a walkable face has in its cell and voxel; NaN where none is.

    Args:
        vertices: (V, 3) metres, world.
        faces: (F, 3) indexes into ``vertices``.
        walkable: (F,) faces to stand on.
        columns: the volume.
        start: (H * W + 1,) surfaces of cell ``i`` (row-major) are ``start[i]`` to ``start[i + 1]``.
        top: (S,) voxel of each surface.
    """
    points = (vertices - columns.origin) / np.array([columns.cell, columns.cell, VOXEL])
    found = np.full(len(top), np.float32(-1), dtype=np.float32)
    _lift(points, faces, walkable, columns.solid.shape[1], start, top, found)
    return np.where(found < 0, np.float32(np.nan), found)


@njit(cache=True)
def occupied(solid: NDArray[np.uint64], first: NDArray[np.int32], last: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Return (H, W) whether any voxel from ``first`` to ``last`` (both (H, W) levels, inclusive) is solid."""
    rows, columns, words = solid.shape
    result = np.zeros((rows, columns), dtype=np.bool_)
    for row in range(rows):
        for column in range(columns):
            low, high = max(first[row, column], 0), min(last[row, column], 64 * words - 1)
            for word in range(low >> 6, (high >> 6) + 1 if high >= low else 0):
                bits = _ALL
                if word == low >> 6:
                    bits &= _ALL << np.uint64(low & 63)
                if word == high >> 6:
                    bits &= _ALL >> np.uint64(63 - (high & 63))
                if solid[row, column, word] & bits:
                    result[row, column] = True
                    break
    return result
