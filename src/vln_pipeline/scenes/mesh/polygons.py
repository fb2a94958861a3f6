"""Polygons as triangles."""

import numpy as np
import shapely
from numpy.typing import NDArray

_STRAIGHT = 1e-6
"""Share of a polygon's doubled area, squared, by which a corner may turn back and still count as straight."""
_AT_ONCE = 100_000
_MOST_CORNERS = 1000
"""Of a polygon that is divided by its shape; one with more is fanned."""


def triangulated(points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Divide polygons into triangles that turn as they do.

    A convex polygon becomes a fan around its first corner. Any other is divided by its shape, as a fan would cover what
    lies outside it; where its outline crosses or touches itself, that has no meaning, and it becomes a fan.

    Args:
        points: (F, k, 3) corners of the polygons.

    Returns:
        (T,) numbers of the polygons, rising, and (T, 3) corners of each triangle, in [0, k).
    """
    count, corners = points.shape[:2]
    second = np.arange(1, corners - 1)
    fan = np.stack([np.zeros_like(second), second, second + 1], axis=1)
    owner, triangles = np.repeat(np.arange(count), len(fan)), np.tile(fan, (count, 1))
    bent = concave(points)
    if not bent.any():
        return owner, triangles
    divided = {int(number): _divided(points[number], fan) for number in np.flatnonzero(bent)}
    pieces = [(owner[~bent[owner]], triangles[~bent[owner]])]
    pieces += [(np.full(len(found), number), found) for number, found in divided.items()]
    owners, found = (np.concatenate(part) for part in zip(*pieces, strict=True))
    order = np.argsort(owners, kind="stable")
    return owners[order], found[order]


def concave(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which of (F, k, 3) polygons have a corner that turns back."""
    if points.shape[1] < 4:
        return np.zeros(len(points), dtype=bool)
    pieces = [_turns_back(points[start : start + _AT_ONCE]) for start in range(0, len(points), _AT_ONCE)]
    return np.concatenate(pieces) if pieces else np.zeros(0, dtype=bool)


def _turns_back(points: NDArray[np.float64]) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore", over="ignore"):
        edges = np.roll(points, -1, axis=1) - points
        turns = np.cross(np.roll(edges, 1, axis=1), edges)
        normal = _normals(points)
        along = np.einsum("fki,fi->fk", turns, normal)
        return np.asarray((along < -_STRAIGHT * (normal**2).sum(axis=1)[:, None]).any(axis=1))


def _normals(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (F, 3) normals of polygons, as long as twice their areas (Newell's method)."""
    spokes = points[:, 1:] - points[:, :1]
    return np.asarray(np.cross(spokes[:, :-1], spokes[:, 1:]).sum(axis=1))


def _divided(points: NDArray[np.float64], fan: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the (T, 3) corners of the triangles of one polygon (k, 3), or the fan where its outline is not simple."""
    if not np.isfinite(points).all() or len(points) > _MOST_CORNERS:
        return fan
    normal = _normals(points[None])[0]
    kept = np.delete(np.arange(3), int(np.abs(normal).argmax()))
    flat = points[:, kept]
    outline = shapely.Polygon(flat)
    if not outline.is_valid:
        return fan
    corner = {tuple(point): number for number, point in enumerate(flat.tolist())}
    # A ring of a triangle has four points, of which the last is the first.
    rings = shapely.get_coordinates(shapely.constrained_delaunay_triangles(outline)).reshape(-1, 4, 2)[:, :3]
    found = [corner[tuple(point)] for point in rings.reshape(-1, 2).tolist()]
    triangles = np.array(found, dtype=np.int64).reshape(-1, 3)
    (ax, ay), (bx, by), (cx, cy) = np.moveaxis(flat[triangles], 0, 2)
    doubled = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    turned = doubled > 0 if not outline.exterior.is_ccw else doubled < 0
    triangles[turned] = triangles[turned][:, ::-1]
    return triangles
