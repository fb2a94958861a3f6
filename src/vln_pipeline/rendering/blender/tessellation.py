"""A scene's triangles cut finer where its light needs it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import Scene

SMOOTH_ANGLE = np.radians(40.0)
"""Edges sharper than this are shaded as edges."""
_INWARD = 0.25
"""Largest share of the way from a vertex to the middle of a face at which its light is measured."""
_RIM = 0.03
"""Largest distance of that point from its vertex, metres; farther off, the shadow of what touches there is missed."""


@dataclass(frozen=True)
class Tessellation:
    """Triangles whose vertices are shared where the surface is smooth and split at its edges.

    Attributes:
        vertices: (V, 3) float64 metres, world.
        normals: (V, 3) float64 unit vectors.
        uv: (V, 2) float32.
        colors: (V, 3) float32 sRGB in 0 .. 255.
        faces: (F, 3) int64.
        part: (F,) int32.
    """

    vertices: NDArray[np.float64]
    normals: NDArray[np.float64]
    uv: NDArray[np.float32]
    colors: NDArray[np.float32]
    faces: NDArray[np.int64]
    part: NDArray[np.int32]

    @classmethod
    def of(cls, scene: Scene) -> "Tessellation":
        """Return a scene's triangles, without those of no area."""
        mesh = scene.mesh
        corners = mesh.vertices[mesh.faces]
        areas = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        length = np.linalg.norm(areas, axis=1)
        kept = length > 1e-12
        faces, part = mesh.faces[kept].astype(np.int64), mesh.part[kept]
        face_normals = areas[kept] / length[kept, None]
        smooth = np.zeros_like(mesh.vertices)
        for corner in range(3):
            np.add.at(smooth, faces[:, corner], areas[kept])
        smooth /= np.maximum(np.linalg.norm(smooth, axis=1, keepdims=True), 1e-12)
        corner_normals = np.repeat(face_normals[:, None], 3, axis=1)
        is_smooth = np.einsum("fkc,fkc->fk", smooth[faces], corner_normals) > np.cos(SMOOTH_ANGLE)
        corner_normals = np.where(is_smooth[..., None], smooth[faces], corner_normals).reshape(-1, 3)
        keys = np.column_stack([faces.ravel(), np.rint(corner_normals * 8).astype(np.int64)])
        keys[is_smooth.ravel(), 1:] = 9  # beyond what a rounded normal can be
        _, first, index = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        origin = faces.ravel()[first]
        uv = [np.zeros((len(p.vertices), 2), np.float32) if p.uv is None else p.uv for p in scene.parts]
        colors = [np.full((len(p.vertices), 3), 255.0) if p.colors is None else p.colors for p in scene.parts]
        return cls(
            vertices=mesh.vertices[origin],
            normals=corner_normals[first],
            uv=np.concatenate(uv)[origin].astype(np.float32),
            colors=np.concatenate(colors)[origin].astype(np.float32),
            faces=index.reshape(-1, 3),
            part=part,
        )

    def edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return (E, 2) vertex pairs, lower index first, and (F, 3) the edge that leaves each corner of a face."""
        pairs = np.sort(np.stack([self.faces, np.roll(self.faces, -1, axis=1)], axis=-1).reshape(-1, 2), axis=1)
        codes, index = np.unique(pairs[:, 0] * len(self.vertices) + pairs[:, 1], return_inverse=True)
        ends = np.stack([codes // len(self.vertices), codes % len(self.vertices)], axis=1)
        return ends, index.reshape(-1, 3)

    def lengths(self, ends: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (E,) lengths of edges, metres."""
        return np.linalg.norm(self.vertices[ends[:, 1]] - self.vertices[ends[:, 0]], axis=1)

    def inward(self) -> NDArray[np.float64]:
        """Return (V, 3) points near each vertex, on its largest face and off that face's rim.

        A point between several faces would lie inside a curved solid, where it is dark.
        """
        corners = self.vertices[self.faces]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        rising = np.argsort(area, kind="stable")
        largest = np.zeros(len(self.vertices), dtype=np.int64)
        largest[self.faces[rising]] = rising[:, None]  # of equal indices the last, which is the largest face, stays
        way = corners[largest].mean(axis=1) - self.vertices
        length = np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-12)
        return self.vertices + way * np.minimum(_INWARD, _RIM / length)

    def split(
        self, ends: NDArray[np.int64], face_edges: NDArray[np.int64], marked: NDArray[np.bool_]
    ) -> "Tessellation":
        """Return the triangles with marked edges halved; new vertices follow the old, in the order of their edges.

        Args:
            ends: (E, 2) as of ``edges``.
            face_edges: (F, 3) as of ``edges``.
            marked: (E,) which edges are halved.
        """
        marked = self._with_longest(ends, face_edges, marked)
        a, b = ends[marked].T
        middle = np.full(len(ends), -1, dtype=np.int64)
        middle[marked] = len(self.vertices) + np.arange(len(a))
        normals = self.normals[a] + self.normals[b]
        normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
        faces, part = _cut(self.faces, self.part, middle[face_edges])
        return Tessellation(
            vertices=np.concatenate([self.vertices, (self.vertices[a] + self.vertices[b]) / 2]),
            normals=np.concatenate([self.normals, normals]),
            uv=np.concatenate([self.uv, (self.uv[a] + self.uv[b]) / 2]),
            colors=np.concatenate([self.colors, (self.colors[a] + self.colors[b]) / 2]),
            faces=faces,
            part=part,
        )

    def _with_longest(
        self, ends: NDArray[np.int64], face_edges: NDArray[np.int64], marked: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return the marked edges and, until nothing changes, the longest edge of each triangle that has one."""
        by_face = self.lengths(ends)[face_edges]
        longest = np.take_along_axis(face_edges, by_face.argmax(axis=1)[:, None], axis=1)[:, 0]
        marked = marked.copy()
        while True:
            wanted = longest[marked[face_edges].any(axis=1)]
            if marked[wanted].all():
                return marked
            marked[wanted] = True


def tessellate(scene: Scene, longest: float) -> Tessellation:
    """Return a scene's triangles with no edge longer than given, metres."""
    mesh = Tessellation.of(scene)
    while True:
        ends, face_edges = mesh.edges()
        marked = mesh.lengths(ends) > longest
        if not marked.any():
            return mesh
        mesh = mesh.split(ends, face_edges, marked)


def _cut(
    faces: NDArray[np.int64], part: NDArray[np.int32], middles: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the faces cut at the middles of their edges (-1: not cut there), winding kept."""
    cuts = (middles >= 0).sum(axis=1)
    # Turned so that a single cut lies on the first edge, and the only uncut edge of two cuts is the last.
    turn = np.where(cuts == 1, np.argmax(middles >= 0, axis=1), (np.argmin(middles >= 0, axis=1) + 1) % 3)
    order = (turn[:, None] + np.arange(3)) % 3
    corners = np.take_along_axis(faces, order, axis=1)
    middles = np.take_along_axis(middles, order, axis=1)
    v = {"a": corners[:, 0], "b": corners[:, 1], "c": corners[:, 2]}
    v |= {"p": middles[:, 0], "q": middles[:, 1], "r": middles[:, 2]}
    patterns = {0: ("abc",), 1: ("apc", "pbc"), 2: ("pbq", "apq", "aqc"), 3: ("apr", "pbq", "rqc", "pqr")}
    pieces, parts = [], []
    for count, triangles in patterns.items():
        chosen = cuts == count
        for triangle in triangles:
            pieces.append(np.stack([v[name][chosen] for name in triangle], axis=1))
            parts.append(part[chosen])
    return np.concatenate(pieces), np.concatenate(parts)
