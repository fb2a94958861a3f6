"""Colour frames from ray hits, for machines without OpenGL."""

from collections.abc import Iterator

import numba
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.rendering.colour_space import LINEAR, to_srgb
from vln_pipeline.rendering.frame import GeometryFrame
from vln_pipeline.rendering.lamp_light import LampLight
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.raycast import Hits, Raycaster
from vln_pipeline.rendering.surface import Surface
from vln_pipeline.rendering.texture_atlas import TextureAtlas
from vln_pipeline.scenes.scene import Scene

_LAYERS = 4
"""Transparent surfaces seen through one behind the other; the last one counts as opaque."""
_STEP = 1e-4
"""Distance from a transparent surface at which the ray goes on behind it, metres."""


class ShadedRenderer:
    """Looks up textures at ray hits and lights them by unshadowed lamps; one ray per pixel.

    Args:
        scene: the scene.
        lighting: lamps, sky and exposure.
    """

    def __init__(self, scene: Scene, lighting: Lighting) -> None:
        self._raycaster = Raycaster(scene)
        self._surface = Surface.of(scene)
        self._light = LampLight.of(lighting, scene, self._raycaster)
        self._background = np.asarray(lighting.background, dtype=np.float32)
        self._exposure = np.float32(lighting.exposure)
        materials = scene.materials
        self._atlas = TextureAtlas(materials)
        self._color = np.array([m.color for m in materials], dtype=np.float32)
        self._emission = np.array([m.emission for m in materials], dtype=np.float32)
        self._alpha = np.array([m.alpha for m in materials], dtype=np.float32)
        self._material = np.array([p.material for p in scene.parts], dtype=np.int32)[scene.mesh.part]
        self._painted = any(part.colors is not None for part in scene.parts)
        self._density = _uv_per_metre(self._surface)

    def render(self, poses: NDArray[np.float64], intrinsics: Intrinsics) -> Iterator[NDArray[np.uint8]]:
        """Yield one (h, w, 3) uint8 sRGB image per pose.

        Args:
            poses: (N, 4, 4) camera-to-world, OpenCV axes, metres, world z up.
            intrinsics: the camera.
        """
        for pose in poses:
            yield self._image(self._raycaster.view(pose, intrinsics), pose, intrinsics)

    def frame(self, pose: NDArray[np.float64], intrinsics: Intrinsics) -> tuple[NDArray[np.uint8], GeometryFrame]:
        """Return colour and geometry of one (4, 4) pose from the same rays."""
        hits = self._raycaster.view(pose, intrinsics)
        return self._image(hits, pose, intrinsics), self._raycaster.frame(hits, intrinsics)

    def close(self) -> None:
        """Nothing to free."""

    def _image(self, hits: Hits, pose: NDArray[np.float64], intrinsics: Intrinsics) -> NDArray[np.uint8]:
        directions = self._raycaster.rays(pose, intrinsics)
        origins = np.broadcast_to(pose[:3, 3], directions.shape)
        radiance = self._radiance(hits, origins, directions, self._light.near(pose[:3, 3]), intrinsics.fx, _LAYERS)
        return to_srgb(self._exposure * radiance).reshape(intrinsics.height, intrinsics.width, 3)

    def _radiance(
        self,
        hits: Hits,
        origins: NDArray[np.float64],
        directions: NDArray[np.float64],
        light: LampLight,
        focal: float,
        layers: int,
    ) -> NDArray[np.float32]:
        radiance = np.tile(self._background, (len(hits.face), 1))
        seen = np.flatnonzero(hits.face >= 0)
        found = hits.of(seen)
        material = self._material[found.face]
        points, normals, uv, footprint = _meet(
            origins[seen],
            directions[seen],
            found.distance,
            found.across,
            found.face,
            found.weights,
            self._surface.faces,
            self._surface.uv,
            self._density,
            focal,
        )
        base = self._color[material] * self._atlas.sample(material, uv, footprint)
        if self._painted:
            base *= np.einsum(
                "pk,pkc->pc", found.weights, LINEAR[self._surface.colors[self._surface.faces[found.face]]]
            )
        shown = base * light.on(points, normals) + self._emission[material]
        alpha = self._alpha[material]
        clear = np.flatnonzero(alpha < 1)
        if len(clear) and layers > 1:
            onward = directions[seen[clear]]
            behind = origins[seen[clear]] + onward * (found.distance[clear, None] + _STEP)
            beyond = self._radiance(self._raycaster.cast(behind, onward), behind, onward, light, focal, layers - 1)
            shown[clear] = alpha[clear, None] * shown[clear] + (1 - alpha[clear, None]) * beyond
        radiance[seen] = shown
        return radiance


@numba.njit(cache=True, error_model="numpy")
def _meet(  # type: ignore[no-untyped-def]
    origins, directions, distance, across, face, weights, faces, uv, density, focal
):
    """Return where rays meet faces: points, unit normals towards the rays, texture coordinates, pixel edges in them."""
    count = len(face)
    points, normals = np.empty((count, 3), np.float32), np.empty((count, 3), np.float32)
    at, footprint = np.empty((count, 2), np.float32), np.empty(count, np.float32)
    for p in range(count):
        x, y, z = directions[p]
        facing = across[p, 0] * x + across[p, 1] * y + across[p, 2] * z
        length = np.sqrt(across[p, 0] ** 2 + across[p, 1] ** 2 + across[p, 2] ** 2)
        inverse = 0.0 if length == 0 else -np.sign(facing) / length
        slant = abs(facing) / (length * np.sqrt(x * x + y * y + z * z)) if length > 0 else 0.0
        for axis in range(3):
            points[p, axis] = origins[p, axis] + directions[p, axis] * distance[p]
            normals[p, axis] = inverse * across[p, axis]
        for axis in range(2):
            at[p, axis] = 0
            for corner in range(3):
                at[p, axis] += weights[p, corner] * uv[faces[face[p], corner], axis]
        # A slanted pixel is long in one direction only: the root is the edge of a square of the same area.
        footprint[p] = distance[p] / focal / np.sqrt(max(slant, 0.05)) * density[face[p]]
    return points, normals, at, footprint


def _uv_per_metre(surface: Surface) -> NDArray[np.float32]:
    """Return (F,) how fast texture coordinates run over each face, as the root of a ratio of areas."""
    a, b, c = (surface.uv[surface.faces[:, corner]] for corner in range(3))
    in_uv = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    a, b, c = (surface.vertices[surface.faces[:, corner]] for corner in range(3))
    in_world = np.linalg.norm(np.cross(b - a, c - a), axis=1)
    return np.sqrt(in_uv / np.maximum(in_world, 1e-12)).astype(np.float32)
