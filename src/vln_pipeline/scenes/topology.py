"""Which parts of a mesh are closed, and which way they are wound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import Mesh

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

    edges = np.sort(welded[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 3, 2), axis=2).reshape(-1, 2)
    edge_key = edges[:, 0].astype(np.int64) * (welded.max() + 1) + edges[:, 1]
    _, first, count = np.unique(edge_key, return_index=True, return_counts=True)
    edge_part = mesh.part[first // 3]
    unmatched = np.bincount(edge_part[count != 2], minlength=parts)

    centre = np.zeros((parts, 3))
    corners = mesh.vertices[mesh.faces]
    faces = np.bincount(mesh.part, minlength=parts)
    for axis in range(3):
        centre[:, axis] = np.bincount(mesh.part, corners[..., axis].mean(axis=1), minlength=parts)
    centre /= np.maximum(faces, 1)[:, None]
    a, b, c = np.moveaxis(corners - centre[mesh.part][:, None], 1, 0)
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
