"""Points spread evenly over triangles."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_FINEST = 1000
"""Most points along an edge."""
_MOST = 20_000_000
"""Most points; a scene of absurd extent gets coarser ones."""


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


def sample(vertices: NDArray[np.float64], faces: NDArray[np.int64], spacing: float) -> Samples:
    """Return points about ``spacing`` apart, the centroid of every triangle among them.

    A grid along the longest edge and across it is laid over each triangle.

    Args:
        vertices: (V, 3) finite.
        faces: (F, 3) valid indexes.
        spacing: in the unit of the vertices.
    """
    corners = vertices[faces]
    edges = np.linalg.norm(np.roll(corners, -1, axis=1) - corners, axis=2)
    longest = edges.max(axis=1, initial=0)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(cross, axis=1)
    across = np.divide(size, longest, out=np.zeros_like(size), where=longest > 0)
    pieces = np.clip(np.ceil(np.stack([longest, across], axis=1) / spacing), 1, _FINEST).astype(np.int64)
    while pieces.prod(axis=1).sum() > _MOST and pieces.max() > 1:
        pieces = np.maximum(pieces // 2, 1)
    start = np.argmax(edges, axis=1) if len(edges) else np.empty(0, dtype=np.int64)
    members, weights = [np.arange(len(faces))], [np.full((len(faces), 3), 1 / 3)]
    order = np.lexsort(pieces.T)
    _, first, count = np.unique(pieces[order], axis=0, return_index=True, return_counts=True)
    for begin, number in zip(first.tolist(), count.tolist(), strict=True):
        which = order[begin : begin + number]
        grid = _grid(*pieces[which[0]].tolist())
        # Weights of the corners where the longest edge begins and ends, and of the one across.
        turned = (np.arange(3)[None, :] - start[which][:, None]) % 3
        members.append(np.repeat(which, len(grid)))
        weights.append(grid[:, turned].transpose(1, 0, 2).reshape(-1, 3))
    face, weight = np.concatenate(members), np.concatenate(weights)
    normal = np.divide(cross, size[:, None], out=np.zeros_like(cross), where=size[:, None] > 0)
    return Samples(np.einsum("nk,nkc->nc", weight, corners[face]), normal[face], face, weight)


def _grid(along: int, across: int) -> NDArray[np.float64]:
    """Return the (N, 3) barycentric coordinates of the middles of a grid's cells; none for a single cell."""
    if along * across == 1:
        return np.empty((0, 3))
    v, u = np.meshgrid((np.arange(across) + 0.5) / across, (np.arange(along) + 0.5) / along, indexing="ij")
    # Rows get shorter towards the corner across.
    second, third = (u * (1 - v)).ravel(), v.ravel()
    return np.column_stack([1 - second - third, second, third])
