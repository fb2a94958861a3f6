"""Exact geometry of what a camera sees, by casting one ray through each pixel's centre."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.frame import GeometryFrame
from vln_pipeline.scenes.scene import Scene

_MISS = -1
_LARGEST_ID = np.iinfo(np.uint16).max


@dataclass(frozen=True)
class Hits:
    """Where rays meet the scene; arrays over the rays, R.

    Attributes:
        distance: (R,) float32 in lengths of the ray's direction; infinite for a miss.
        face: (R,) int32 index into ``Scene.mesh.faces``; -1 for a miss.
        u, v: (R,) float32 barycentric weights of the face's second and third corner.
        across: (R, 3) float32 normal of the face, as wound, of any length.
    """

    distance: NDArray[np.float32]
    face: NDArray[np.int32]
    u: NDArray[np.float32]
    v: NDArray[np.float32]
    across: NDArray[np.float32]

    def of(self, rays: NDArray[np.intp]) -> "Hits":
        """Return the hits of some rays."""
        return Hits(self.distance[rays], self.face[rays], self.u[rays], self.v[rays], self.across[rays])

    @cached_property
    def weights(self) -> NDArray[np.float32]:
        """(R, 3) barycentric weights of the face's corners."""
        return np.stack([1 - self.u - self.v, self.u, self.v], axis=1)

    @cached_property
    def normal(self) -> NDArray[np.float32]:
        """(R, 3) unit normal of the face, as wound; zeros for a miss."""
        length = np.linalg.norm(self.across, axis=1, keepdims=True)
        found = (self.face != _MISS)[:, None] & (length > 0)
        return np.divide(self.across, length, out=np.zeros_like(self.across), where=found)


class Raycaster:
    """Casts rays into one scene; both sides of a face stop a ray.

    Args:
        scene: what is seen. Building takes about a second per million triangles.

    Raises:
        DataError: the scene has more objects than a mask can number.
    """

    def __init__(self, scene: Scene) -> None:
        largest = max(part.instance for part in scene.parts)
        if largest > _LARGEST_ID:
            mend = f"merge objects so that ids end at {_LARGEST_ID}"
            raise DataError(scene.id, f"instance id {largest} does not fit a 16-bit mask", mend)
        mesh = scene.mesh
        # Single precision is finest near the origin; a georeferenced scan may lie kilometres from it.
        self._centre = scene.bounds.mean(axis=0)
        self._embree = EmbreeScene()
        TriangleMesh(self._embree, (mesh.vertices - self._centre).astype(np.float32), mesh.faces)
        categories = {name: number for number, name in enumerate(scene.categories)}
        self._semantic = _per_face([categories[p.category] for p in scene.parts], mesh.part)
        self._instance = _per_face([p.instance for p in scene.parts], mesh.part)

    def cast(self, origins: NDArray[np.float64], directions: NDArray[np.float64]) -> Hits:
        """Cast rays.

        Args:
            origins: (R, 3) metres, world, or (3,) for all rays.
            directions: (R, 3), of any length but zero.
        """
        directions = np.ascontiguousarray(directions, dtype=np.float32)
        start = np.empty_like(directions)
        start[:] = origins - self._centre
        found = self._embree.run(start, directions, output=True)
        face = found["primID"]
        return Hits(
            distance=np.where(face != _MISS, found["tfar"], np.float32(np.inf)),
            face=face,
            u=found["u"],
            v=found["v"],
            across=found["Ng"],
        )

    def view(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> Hits:
        """Cast the rays of a camera, row by row; ``distance`` is the depth along the optical axis.

        Args:
            pose: (4, 4) camera-to-world, OpenCV axes.
            intrinsics: the camera.
        """
        return self.cast(pose[:3, 3], self.rays(pose, intrinsics))

    @staticmethod
    def rays(pose: NDArray[np.float64], intrinsics: Intrinsics) -> NDArray[np.float64]:
        """Return (h * w, 3) directions through a camera's pixel centres, row by row, of one metre depth, world."""
        return _pixel_rays(intrinsics) @ pose[:3, :3].T

    def geometry(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> GeometryFrame:
        """Return depth and ids of a camera's image; arguments as for ``view``."""
        return self.frame(self.view(pose, intrinsics), intrinsics)

    def frame(self, hits: Hits, intrinsics: Intrinsics) -> GeometryFrame:
        """Return depth and ids of hits that ``view`` returned."""
        shape = (intrinsics.height, intrinsics.width)
        depth = np.where(hits.face != _MISS, hits.distance, np.float32(0))
        return GeometryFrame(
            depth=depth.reshape(shape),
            semantic=self._semantic[hits.face].reshape(shape),
            instance=self._instance[hits.face].reshape(shape),
        )


@lru_cache(maxsize=16)
def _pixel_rays(intrinsics: Intrinsics) -> NDArray[np.float64]:
    """Return (h * w, 3) rays of one metre depth in camera axes, so that a ray's distance is planar z."""
    u, v = np.meshgrid(np.arange(intrinsics.width), np.arange(intrinsics.height))
    x = (u.ravel() - intrinsics.cx) / intrinsics.fx
    y = (v.ravel() - intrinsics.cy) / intrinsics.fy
    return np.stack([x, y, np.ones_like(x)], axis=1)


def _per_face(of_part: list[int], part: NDArray[np.int32]) -> NDArray[np.uint16]:
    # The last entry is what a miss (face -1) looks up.
    return np.append(np.asarray(of_part, dtype=np.uint16)[part], np.uint16(0))
