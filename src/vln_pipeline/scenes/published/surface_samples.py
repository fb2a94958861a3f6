"""Points spread evenly over triangles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST = 2_000_000
"""Most points besides one a triangle; a very large scene gets coarser ones."""
_LONGEST = 200.0
"""A triangle with a longer edge is stray, and gets one point, metres: no wall is as long."""


@dataclass(frozen=True)
class Samples:
    """Points on triangles.

    Attributes:
        points: (N, 3).
        normals: (N, 3) unit normal of the triangle; zeros where it has no area.
        face: (N,) index of the triangle.
        weights: (N, 3) barycentric coordinates in it.
    """

    points: NDArray[np.float64]
    normals: NDArray[np.float64]
    face: NDArray[np.int64]
    weights: NDArray[np.float64]


def sample(vertices: NDArray[np.float64], faces: NDArray[np.int64], edge: float) -> Samples:
    """Return the centroids of triangles that are halved until no edge is longer than ``edge``; at least one each.

    Halving the longest edge (Rosenberg and Stenger 1975) keeps pieces from getting thin, and covers slivers.

    Args:
        vertices: (V, 3) finite, metres.
        faces: (F, 3) valid indexes.
        edge: metres.
    """
    corners = vertices[faces]
    most = _MOST + len(faces)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(cross, axis=1, keepdims=True)
    normal = np.divide(cross, size, out=np.zeros_like(cross), where=(size > 0) & np.isfinite(size))
    owners, weights = [np.empty(0, dtype=np.int64)], [np.empty((0, 3))]
    owner, weight = np.arange(len(faces)), np.broadcast_to(np.eye(3), (len(faces), 3, 3))
    done = 0
    while len(owner):
        pieces = weight @ corners[owner]
        lengths = np.linalg.norm(np.roll(pieces, -1, axis=1) - pieces, axis=2)
        longest = lengths.max(axis=1)
        long = (longest > edge) & (longest <= _LONGEST)
        long &= done + len(owner) + int(long.sum()) <= most
        owners.append(owner[~long])
        weights.append(weight[~long].mean(axis=1))
        done += len(owners[-1])
        owner, weight = owner[long], _halved(weight[long], np.argmax(lengths[long], axis=1))
        owner = np.concatenate([owner, owner])
    face, centroid = np.concatenate(owners), np.concatenate(weights)
    return Samples(np.einsum("nk,nkc->nc", centroid, corners[face]), normal[face], face, centroid)


def _halved(weight: NDArray[np.float64], start: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (2N, 3, 3) corners of triangles that are cut from the middle of the edge at ``start`` to its opposite."""
    row = np.arange(len(weight))
    a, b, c = weight[row, start], weight[row, (start + 1) % 3], weight[row, (start + 2) % 3]
    middle = (a + b) / 2
    return np.concatenate([np.stack([a, middle, c], axis=1), np.stack([middle, b, c], axis=1)])
