"""Closed triangle meshes of simple shapes, in metres, with outward faces and texture coordinates in metres."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Corner = tuple[float, float, float]


@dataclass(frozen=True)
class Solid:
    """A mesh without a material.

    Attributes:
        vertices: (V, 3) metres.
        faces: (F, 3) int32, counter-clockwise seen from outside.
        uv: (V, 2) metres along the surface.
    """

    vertices: Array
    faces: NDArray[np.int32]
    uv: Array

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> "Solid":
        """Return the solid shifted by metres."""
        return Solid(self.vertices + np.array([x, y, z]), self.faces, self.uv)

    def scaled(self, x: float = 1.0, y: float = 1.0, z: float = 1.0) -> "Solid":
        """Return the solid stretched about the origin by positive factors."""
        return Solid(self.vertices * np.array([x, y, z]), self.faces, self.uv)

    def turned(self, angle: float, axis: int = 2) -> "Solid":
        """Return the solid turned about a coordinate axis through the origin, radians, right-handed."""
        i, j = (axis + 1) % 3, (axis + 2) % 3
        vertices = self.vertices.copy()
        cos, sin = np.cos(angle), np.sin(angle)
        vertices[:, i] = cos * self.vertices[:, i] - sin * self.vertices[:, j]
        vertices[:, j] = sin * self.vertices[:, i] + cos * self.vertices[:, j]
        return Solid(vertices, self.faces, self.uv)

    @property
    def bounds(self) -> Array:
        """(2, 3) lowest and highest corner, metres."""
        return np.stack([self.vertices.min(axis=0), self.vertices.max(axis=0)])


def join(solids: Sequence[Solid]) -> Solid:
    """Return several solids as one."""
    offsets = np.cumsum([0, *(len(s.vertices) for s in solids[:-1])])
    return Solid(
        np.concatenate([s.vertices for s in solids]),
        np.concatenate([s.faces + o for s, o in zip(solids, offsets, strict=True)]).astype(np.int32),
        np.concatenate([s.uv for s in solids]),
    )


_BOX_FACES = ((0, 1, 2), (1, 2, 0), (2, 0, 1))
_BOX_CORNERS = np.array(
    [
        [
            [side if a == axis else (u if a == i else v) for a in range(3)]
            for u, v in (((0, 0), (1, 0), (1, 1), (0, 1)) if side else ((0, 0), (0, 1), (1, 1), (1, 0)))
        ]
        for axis, i, _ in _BOX_FACES
        for side in (0, 1)
    ],
    dtype=np.float64,
).reshape(24, 3)
_BOX_TRIANGLES = (np.arange(6)[:, None, None] * 4 + np.array([[0, 1, 2], [0, 2, 3]])).reshape(12, 3).astype(np.int32)
_BOX_U = np.repeat([1, 1, 0, 0, 0, 0], 4)
_BOX_V = np.repeat([2, 2, 2, 2, 1, 1], 4)


def box(low: Corner, high: Corner) -> Solid:
    """Return the box between two corners; grain runs along x, or along y on the faces across x."""
    vertices = np.asarray(low) + _BOX_CORNERS * (np.asarray(high) - np.asarray(low))
    rows = np.arange(24)
    return Solid(vertices, _BOX_TRIANGLES, np.stack([vertices[rows, _BOX_U], vertices[rows, _BOX_V]], axis=1))


def grid_faces(rows: int, columns: int) -> NDArray[np.int32]:
    """Return triangles of a (rows, columns) grid of vertices, facing rows-direction x columns-direction."""
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    return np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=2).reshape(-1, 3)


def rounded_box(low: Corner, high: Corner, radius: float, segments: int = 2) -> Solid:
    """Return a box whose edges and corners are rounded with a radius, metres, in ``segments`` facets."""
    start, end = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    radius = min(radius, float((end - start).min()) / 2 * 0.98)
    # Tangents of equal angles, so that projecting onto the corner spheres gives equal facets.
    corner = radius * (1 - np.tan(np.linspace(np.pi / 4, 0, segments + 1)))
    lines = [np.concatenate([start[a] + corner, end[a] - corner[::-1]]) for a in range(3)]
    n = 2 * (segments + 1)
    vertices: list[Array] = []
    faces: list[NDArray[np.int32]] = []
    uv: list[Array] = []
    for axis, i, j in _BOX_FACES:
        for side in (start, end):
            points = np.empty((n, n, 3))
            points[..., axis], points[..., i], points[..., j] = side[axis], lines[i][:, None], lines[j][None]
            inner = np.clip(points, start + radius, end - radius)
            away = points - inner
            points = inner + radius * away / np.linalg.norm(away, axis=-1, keepdims=True)
            triangles = grid_faces(n, n)
            faces.append((triangles if side is end else triangles[:, ::-1]) + len(vertices) * n * n)
            vertices.append(points.reshape(-1, 3))
            u, v = (j, i) if i == 2 else (i, j)
            uv.append(points.reshape(-1, 3)[:, [u, v]])
    return Solid(np.concatenate(vertices), np.concatenate(faces).astype(np.int32), np.concatenate(uv))


def lathe(profile: ArrayLike, segments: int = 16) -> Solid:
    """Return the surface of revolution of a profile about z.

    Args:
        profile: (N, 2) radius and height, metres, with the outside on the right of its direction seen in the
            (radius, height) plane: up along an outer wall, down along an inner one. It closes where it starts and ends
            at radius 0.
        segments: facets around the axis.
    """
    radius, height = np.asarray(profile, dtype=np.float64).T
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    points = np.empty((segments + 1, len(radius), 3))
    points[..., 0] = radius * np.cos(angle)[:, None]
    points[..., 1] = radius * np.sin(angle)[:, None]
    points[-1] = points[0]
    points[..., 2] = height
    along = np.concatenate([[0], np.cumsum(np.hypot(np.diff(radius), np.diff(height)))])
    uv = np.stack(np.broadcast_arrays(angle[:, None] * radius.max(), along[None]), axis=-1).reshape(-1, 2)
    vertices, faces = points.reshape(-1, 3), grid_faces(segments + 1, len(radius))
    corners = vertices[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return Solid(vertices, faces[area > 1e-12], uv)


def cylinder(radius: float, low: float, high: float, segments: int = 14, top: float | None = None) -> Solid:
    """Return an upright cylinder, or a truncated cone with another radius at its ``top``, from height to height."""
    return lathe([(0, low), (radius, low), (radius if top is None else top, high), (0, high)], segments)


def extrude(polygon: ArrayLike, low: float, high: float) -> Solid:
    """Return the upright prism of a counter-clockwise (N, 2) outline that is star-shaped about its mean."""
    outline = np.asarray(polygon, dtype=np.float64)
    n = len(outline)
    ring = np.concatenate([outline, outline[:1]])
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(ring, axis=0), axis=1))])
    wall = np.concatenate([np.c_[ring, np.full(n + 1, z)] for z in (low, high)])
    wall_uv = np.concatenate([np.c_[along, np.full(n + 1, z)] for z in (low, high)])
    i = np.arange(n)
    sides = np.concatenate([np.c_[i, i + 1, i + n + 2], np.c_[i, i + n + 2, i + n + 1]])
    cap = np.concatenate([outline.mean(axis=0, keepdims=True), outline])
    fan = np.c_[np.zeros(n, dtype=int), i + 1, (i + 1) % n + 1]
    first = len(wall)
    return Solid(
        np.concatenate([wall, np.c_[cap, np.full(n + 1, low)], np.c_[cap, np.full(n + 1, high)]]),
        np.concatenate([sides, fan[:, ::-1] + first, fan + first + n + 1]).astype(np.int32),
        np.concatenate([wall_uv, cap, cap]),
    )


def sheet(points: Array, thickness: float = 0.002) -> Solid:
    """Return a thin closed cloth or leaf over an (R, C, 3) grid of points, metres, thickened to both sides."""
    rows, columns = points.shape[:2]
    across = np.gradient(points, axis=0)
    along = np.gradient(points, axis=1)
    normal = np.cross(across, along)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
    front, back = points + normal * thickness / 2, points - normal * thickness / 2
    u = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=1), axis=-1).mean(axis=0))])
    v = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=-1).mean(axis=1))])
    uv = np.stack(np.broadcast_arrays(u[None], v[:, None]), axis=-1).reshape(-1, 2)
    faces = grid_faces(rows, columns)
    index = np.arange(rows * columns).reshape(rows, columns)
    rim = np.concatenate([index[0, :-1], index[:-1, -1], index[-1, :0:-1], index[:0:-1, 0]])
    following = np.roll(rim, -1)
    n = rows * columns
    hem = np.concatenate([np.c_[rim, following, following + n], np.c_[rim, following + n, rim + n]])
    return Solid(
        np.concatenate([front.reshape(-1, 3), back.reshape(-1, 3)]),
        np.concatenate([faces, faces[:, ::-1] + n, hem]).astype(np.int32),
        np.concatenate([uv, uv]),
    )


def tube(path: ArrayLike, radius: float, segments: int = 8) -> Solid:
    """Return a round rod along an (N, 3) path, metres, closed at both ends."""
    points = np.asarray(path, dtype=np.float64)
    tangent = np.gradient(points, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    rings = np.empty((len(points), segments + 1, 3))
    angle = np.linspace(0, 2 * np.pi, segments + 1)
    side = np.eye(3)[np.argmin(np.abs(tangent[0]))]
    for i, t in enumerate(tangent):
        side = side - t * (side @ t)
        side /= np.linalg.norm(side)
        rings[i] = points[i] + radius * (np.cos(angle)[:, None] * side + np.sin(angle)[:, None] * np.cross(t, side))
    rings[:, -1] = rings[:, 0]
    rings = np.concatenate(
        [np.broadcast_to(points[0], rings[:1].shape), rings, np.broadcast_to(points[-1], rings[:1].shape)]
    )
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    along = np.concatenate([along[:1], along, along[-1:]])
    uv = np.stack(np.broadcast_arrays(along[:, None], angle[None] * radius), axis=-1).reshape(-1, 2)
    vertices, faces = rings.reshape(-1, 3), grid_faces(len(rings), segments + 1)[:, ::-1]
    corners = vertices[faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    return Solid(vertices, faces[area > 1e-12], uv)


def pillow(width: float, depth: float, height: float) -> Solid:
    """Return a stuffed cushion that lies on z = 0 about the origin."""
    n = 7
    s = np.sin(np.linspace(-np.pi / 2, np.pi / 2, n))
    x, y = np.meshgrid(s, s)
    bulge = ((1 - x**4) * (1 - y**4)) ** 0.5
    pinch = 1 - 0.06 * (1 - np.abs(x)) * y**2 - 0.06 * (1 - np.abs(y)) * x**2
    base = np.stack([x * pinch * width / 2, y * pinch * depth / 2], axis=-1)
    top = np.concatenate([base, height * (0.35 + 0.65 * bulge)[..., None]], axis=-1).reshape(-1, 3)
    bottom = np.concatenate([base, height * (0.35 - 0.35 * bulge)[..., None]], axis=-1).reshape(-1, 3)
    faces = grid_faces(n, n)
    return Solid(
        np.concatenate([top, bottom]),
        np.concatenate([faces[:, ::-1], faces + n * n]).astype(np.int32),
        np.concatenate([top[:, :2], bottom[:, :2]]),
    )
