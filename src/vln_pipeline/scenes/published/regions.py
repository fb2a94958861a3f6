"""Outlines of regions that a data set names but does not draw."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import UNKNOWN, Part, Room


def rooms_from_parts(parts: Sequence[Part]) -> tuple[Room, ...]:
    """Return a prism for each room that parts name, around its floor, or around all that stands in it.

    The outline is the convex hull of the floor: where rooms interlock, hulls overlap. Types of rooms stay unknown.
    """
    found = []
    for name in sorted({p.room for p in parts if p.room is not None}):
        inside = [p for p in parts if p.room == name]
        everything = _corners(inside)
        floor = _facing([p for p in inside if p.category == "floor"], 1)
        ceiling = _facing([p for p in inside if p.category == "ceiling"], -1)
        polygon = outline((floor if len(floor) else everything)[:, :2])
        if polygon is None:
            continue
        low = float(np.median(floor[:, 2])) if len(floor) else float(everything[:, 2].min())
        high = float(np.median(ceiling[:, 2])) if len(ceiling) else float(everything[:, 2].max())
        found.append(Room(name, UNKNOWN, polygon, low, max(low, high)))
    return tuple(found)


def outline(points: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the (N, 2) convex hull of points, counter-clockwise, or None where it has no area."""
    hull = shapely.convex_hull(shapely.multipoints(points[np.isfinite(points).all(axis=1)]))
    if not isinstance(hull, shapely.Polygon) or hull.is_empty:
        return None
    return np.asarray(shapely.geometry.polygon.orient(hull).exterior.coords, dtype=np.float64)[:-1]


def _corners(parts: Sequence[Part]) -> NDArray[np.float64]:
    """Return the (N, 3) corners of all faces."""
    return np.concatenate([np.empty((0, 3)), *(p.vertices[p.faces].reshape(-1, 3) for p in parts)])


def _facing(parts: Sequence[Part], sign: int) -> NDArray[np.float64]:
    """Return the (N, 3) corners of the faces that face up (1) or down (-1)."""
    corners = _corners(parts).reshape(-1, 3, 3)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    level = sign * cross[:, 2] > 0.7 * np.linalg.norm(cross, axis=1)
    return corners[level].reshape(-1, 3)
