"""Measures of triangles, corner by corner: a scan has a million of them."""

import numpy as np
from numpy.typing import NDArray

Corners = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]
"""(F, 3) first, second and third corner of each triangle, metres."""


def corners_of(vertices: NDArray[np.float64], faces: NDArray[np.integer]) -> Corners:
    """Return the corners of (F, 3) faces."""
    a, b, c = (np.take(vertices, column, axis=0) for column in faces.T)
    return a, b, c


def area_vectors(corners: Corners) -> NDArray[np.float64]:
    """Return the (F, 3) normals, as long as twice the area."""
    a, b, c = corners
    (ux, uy, uz), (vx, vy, vz) = (b - a).T, (c - a).T
    return np.stack([uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx], axis=1)


def lengths(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (F,) lengths of (F, 3) vectors."""
    x, y, z = vectors.T
    return np.sqrt(x * x + y * y + z * z)


def of_all(flags: NDArray[np.bool_], faces: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return which faces have a (V,) flag at all their corners."""
    a, b, c = faces.T
    return flags[a] & flags[b] & flags[c]


def used_vertices(count: int, faces: NDArray[np.integer]) -> NDArray[np.bool_]:
    """Return which of ``count`` vertices any face has for a corner."""
    used = np.zeros(count, dtype=bool)
    used[faces.ravel()] = True
    return used
