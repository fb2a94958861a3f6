"""Floors of 3D-FRONT stop at the walls; thresholds close the gaps between them."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

_LEVEL = 0.1
"""Floors whose heights differ by no more belong to one storey, metres."""
_SLIVER = 1e-4
"""Smaller pieces are rounding, square metres."""


def thresholds(
    floors: Sequence[tuple[NDArray[np.float64], NDArray[np.int64]]], width: float
) -> list[tuple[NDArray[np.float64], NDArray[np.int64]]]:
    """Return the (V, 3) vertices and (F, 3) faces that join floors which lie no further than ``width`` apart.

    It is the morphological closing of each storey's floor: what lies within half the width of floors on both sides
    becomes floor, under walls as well, where it does no harm.

    Args:
        floors: vertices and faces of each floor, metres, z up.
        width: metres.
    """
    flat = [(outline, height) for outline, height in map(_flat, floors) if not outline.is_empty]
    storeys: dict[float, list[shapely.Geometry]] = {}
    for outline, height in flat:
        level = next((h for h in storeys if abs(h - height) <= _LEVEL), height)
        storeys.setdefault(level, []).append(outline)
    found = []
    for height, outlines in storeys.items():
        floor = shapely.union_all(outlines)
        # Square joins keep straight edges straight; the hair's breadth joins the new floor to the old ones.
        closed = floor.buffer(width / 2, join_style="mitre").buffer(-width / 2, join_style="mitre")
        for piece in _polygons(closed.difference(floor)):
            if piece.area > _SLIVER:
                found.append(_mesh(piece, height))
    return found


def footprint(floors: Sequence[tuple[NDArray[np.float64], NDArray[np.int64]]]) -> shapely.Polygon | None:
    """Return the outline of a room's floor, the largest piece of it, or None where it has no area."""
    pieces = _polygons(shapely.union_all([_flat(floor)[0] for floor in floors]))
    return max(pieces, key=lambda p: p.area, default=None)


def _flat(floor: tuple[NDArray[np.float64], NDArray[np.int64]]) -> tuple[shapely.Geometry, float]:
    """Return the ground plan of a floor and its height."""
    vertices, faces = floor
    corners = vertices[faces]
    corners = corners[np.isfinite(corners).all(axis=(1, 2))]
    if not len(corners):
        return shapely.Polygon(), 0.0
    triangles = shapely.polygons(corners[:, :, :2])
    return shapely.union_all(triangles[shapely.area(triangles) > 0]), float(np.median(corners[:, :, 2]))


def _polygons(geometry: shapely.Geometry) -> list[shapely.Polygon]:
    return [p for p in getattr(geometry, "geoms", [geometry]) if isinstance(p, shapely.Polygon) and not p.is_empty]


def _mesh(piece: shapely.Polygon, height: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    triangles = shapely.constrained_delaunay_triangles(piece).geoms
    corners = [np.asarray(shapely.geometry.polygon.orient(t).exterior.coords)[:3, :2] for t in triangles]
    points = np.concatenate(corners)
    vertices = np.column_stack([points, np.full(len(points), height)])
    return vertices, np.arange(len(points)).reshape(-1, 3)
