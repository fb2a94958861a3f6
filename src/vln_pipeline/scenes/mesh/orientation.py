"""Which way is up in a mesh, and the turn to z up."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh.model import Axis
from vln_pipeline.scenes.triangles import area_vectors, corners_of, lengths, used_vertices

_LEVEL = 0.95
"""Cosine above which a face counts as perpendicular to an axis."""
_CONVINCING = 2.0
"""How many times stronger another axis must be before it overrules the format's custom."""

_TO_Z_UP: dict[Axis, list[list[int]]] = {
    "x": [[0, 1, 0], [0, 0, 1], [1, 0, 0]],
    "y": [[1, 0, 0], [0, 0, -1], [0, 1, 0]],
    "z": [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    "-x": [[0, 1, 0], [0, 0, -1], [-1, 0, 0]],
    "-y": [[1, 0, 0], [0, 0, 1], [0, -1, 0]],
    "-z": [[1, 0, 0], [0, -1, 0], [0, 0, -1]],
}


def to_z_up(up: Axis) -> NDArray[np.float64]:
    """Return the (3, 3) rotation that turns an axis to +z; y up becomes (x, -z, y)."""
    return np.array(_TO_Z_UP[up], dtype=np.float64)


def detect_up(meshes: Iterable[tuple[NDArray[np.float64], NDArray[np.int64]]], custom: Axis) -> tuple[Axis, str]:
    """Return the axis that is up, judged by the geometry, and the evidence in words.

    A storey is flat, and floors and ceilings are its largest surfaces: the evidence for an axis is the area of the
    faces perpendicular to it over the extent along it. Whether the scene stands on its head is not judged.

    Args:
        meshes: (V, 3) vertices and (F, 3) faces of each surface, in one frame.
        custom: what holds unless another axis has twice its evidence.
    """
    area, low, high = np.zeros(3), np.full(3, np.inf), np.full(3, -np.inf)
    for vertices, faces in meshes:
        cross = area_vectors(corners_of(vertices, faces))
        size = lengths(cross)
        area += ((np.abs(cross) > _LEVEL * size[:, None]) * size[:, None]).sum(axis=0)
        used = vertices[used_vertices(len(vertices), faces)]
        low = np.minimum(low, used.min(axis=0, initial=np.inf))
        high = np.maximum(high, used.max(axis=0, initial=-np.inf))
    extent = high - low
    # A single flat floor has no extent along its normal.
    evidence = area / np.maximum(extent, max(1e-3 * extent.max(), 1e-12))
    best = int(np.argmax(evidence))
    axes: tuple[Axis, ...] = ("x", "y", "z")
    own = axes.index(custom)
    level = f"level surface over height is {_ratio(evidence[best], evidence[own])} along {axes[best]}"
    if best != own and evidence[best] >= _CONVINCING * evidence[own]:
        return axes[best], f"{level}, though {custom} is the custom of its format"
    if best != own:
        return custom, f"the custom of its format, though {level}: less than {_CONVINCING:.0f} times"
    second = max(e for i, e in enumerate(evidence) if i != own)
    return (
        custom,
        f"the custom of its format, and level surface over height is {_ratio(evidence[own], second)} along it",
    )


def _ratio(larger: float, smaller: float) -> str:
    return f"{larger / smaller:.1f} times as large" if smaller > 0 else "found only"
