"""Which parts of a mesh are closed, and which way they are wound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import Mesh
from vln_pipeline.scenes.triangles import corners_of

_WELD = 1e-4
"""Vertices of a part that are this close are one, metres; texture seams double them."""


@dataclass(frozen=True)
class Topology:
    """How the parts of a mesh close.

    Attributes:
        closed: (P,) bool parts in which every edge has two faces.
        volume: (P,) float64 signed volume, cubic metres; negative where a closed part is wound inwards.
        open_edges: share of edges of the whole mesh that have one face.
    """

    closed: NDArray[np.bool_]
    volume: NDArray[np.float64]
    open_edges: float


def topology(mesh: Mesh) -> Topology:
    """Return which parts are closed; vertices of a part at one place count as one, those of two parts never."""
    parts = int(mesh.part[-1]) + 1
    vertex_part = np.zeros(len(mesh.vertices), dtype=np.int64)
    vertex_part[mesh.faces] = mesh.part[:, None]
    cells = np.round(mesh.vertices / _WELD).astype(np.int64)
    key = _mix(cells[:, 0], cells[:, 1], cells[:, 2], vertex_part)
    welded = np.unique(key, return_inverse=True)[1][mesh.faces]

    points = int(welded.max()) + 1
    u, v, w = welded.T
    edges = np.concatenate([np.minimum(p, q) * points + np.maximum(p, q) for p, q in ((u, v), (v, w), (w, u))])
    edges.sort()  # without an index of where each came from, which takes four times as long
    first = np.flatnonzero(np.diff(edges, prepend=-1))
    count = np.diff(first, append=len(edges))
    point_part = np.zeros(points, dtype=np.int64)
    point_part[welded] = mesh.part[:, None]
    unmatched = np.bincount(point_part[edges[first[count != 2]] // points], minlength=parts)

    centre = np.zeros((parts, 3))
    a, b, c = corners_of(mesh.vertices, mesh.faces)
    faces = np.bincount(mesh.part, minlength=parts)
    for axis in range(3):
        middle = (a[:, axis] + b[:, axis] + c[:, axis]) / 3
        centre[:, axis] = np.bincount(mesh.part, middle, minlength=parts)
    centre /= np.maximum(faces, 1)[:, None]
    a, b, c = (corner - centre[mesh.part] for corner in (a, b, c))
    volume = np.bincount(mesh.part, np.vecdot(a, np.cross(b, c)) / 6.0, minlength=parts).astype(np.float64)
    return Topology(
        closed=(unmatched == 0) & (faces >= 4), volume=volume, open_edges=float((count == 1).sum() / len(count))
    )


def _mix(*columns: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return one 64-bit key per row; sorting one column is several times faster than sorting rows."""
    key = np.zeros(len(columns[0]), dtype=np.uint64)
    for column in columns:
        key = (key ^ column.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        key ^= key >> np.uint64(29)
    return key
