"""Light of lamps without shadows, for renderers that do not trace light."""

from dataclasses import dataclass, replace

import numba
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.colour_space import LINEAR
from vln_pipeline.rendering.lamp_placement import find_gaps
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Material, Scene

NEAREST = 32
"""Lamps that light a frame; what lies beyond the nearest 32 is far away and adds next to nothing."""
BRIGHT_SKY = (0.42, 0.24, 0.8752)
"""Unit vector to the brightest part of the sky: high, and a little to one side, so that walls differ in brightness."""
_MOST = 0.8
"""Highest mean reflectance that is believed: light that surfaces exchange grows without bound towards 1."""
_STANDS, _DIRECTIONS = 64, 128
_EYE = 1.1
"""Height at which the sky is looked for, metres above the ground."""


@dataclass(frozen=True)
class LampLight:
    """Lamps and the even light that rooms and sky send; arrays over the lamps, L.

    Without shadows a lamp still does not reach what it is behind, since that faces away from it.

    Attributes:
        position: (L, 3) float32 metres, world.
        axis: (L, 3) float32 unit direction an area light shines along; zeros for a point light.
        intensity: (L, 3) float32 radiant intensity (along the axis, for an area light), W/sr, linear RGB.
        size: (L,) float32 extent of the lamp, metres.
        ambient: (3,) float32 radiance that a white matt surface returns of the even light, linear RGB.
        sky: (3,) float32 the same of the sky, on a surface at right angles to ``BRIGHT_SKY``.
    """

    position: NDArray[np.float32]
    axis: NDArray[np.float32]
    intensity: NDArray[np.float32]
    size: NDArray[np.float32]
    ambient: NDArray[np.float32]
    sky: NDArray[np.float32]

    @classmethod
    def of(cls, lighting: Lighting, scene: Scene, raycaster: Raycaster) -> "LampLight":
        """Return the light of a scene's lamps and sky.

        A closed room is an integrating sphere: flux F on surfaces of area A and mean reflectance r is exchanged until
        it has become F / A * r / (1 - r) of even irradiance. A sun's direct light would need shadows, so all of it
        counts as even light.
        """
        lamps = [lamp for lamp in lighting.lights if lamp.kind != "sun"]
        area = _areas(scene)
        # Half of the surfaces face the rooms, the other half the inside of walls and things.
        inside = max(float(area.sum()) / 2, 1.0)
        reflectance = np.stack([_reflectance(material) for material in scene.materials])
        mean = np.minimum(area @ reflectance / max(float(area.sum()), 1e-9), _MOST)
        footprint = float(np.prod(np.ptp(scene.bounds[:, :2], axis=0)))
        flux = np.zeros(3)
        for lamp in lighting.lights:
            flux += lamp.power * (footprint if lamp.kind == "sun" else 1.0) * np.asarray(lamp.color)
        sky = sky_share(scene, raycaster) * np.asarray(lighting.background)
        ambient = (flux / inside / np.pi + sky) * mean / (1 - mean)
        # A point light spreads its power over 4 pi; a flat one that follows Lambert's law has power / pi ahead.
        spread = [4 * np.pi if lamp.kind == "point" else np.pi for lamp in lamps]
        return cls(
            position=_rows([lamp.position for lamp in lamps]),
            axis=_rows([-lamp.rotation[:, 2] if lamp.kind == "area" else np.zeros(3) for lamp in lamps]),
            intensity=_rows([np.asarray(lamp.color) * lamp.power / s for lamp, s in zip(lamps, spread, strict=True)]),
            size=np.array([lamp.size for lamp in lamps], dtype=np.float32),
            ambient=ambient.astype(np.float32),
            sky=sky.astype(np.float32),
        )

    def near(self, point: NDArray[np.float64]) -> "LampLight":
        """Return the light with only the lamps nearest to a (3,) point, metres."""
        if len(self.size) <= NEAREST:
            return self
        kept = np.sort(np.argsort(((self.position - point) ** 2).sum(axis=1), kind="stable")[:NEAREST])
        return replace(
            self,
            position=self.position[kept],
            axis=self.axis[kept],
            intensity=self.intensity[kept],
            size=self.size[kept],
        )

    def on(self, points: NDArray[np.float32], normals: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (P, 3) radiance that white matt surfaces return, for (P, 3) points and unit normals, world."""
        direct = _direct(points, normals, self.position, self.axis, self.intensity, self.size)
        # Hemisphere lighting: a surface that faces the bright side of the sky gets twice the mean, its back nothing.
        sky = (1 + normals @ np.asarray(BRIGHT_SKY, dtype=np.float32))[:, None] * self.sky
        return np.asarray(direct / np.float32(np.pi) + self.ambient + sky, dtype=np.float32)


@numba.njit(cache=True, error_model="numpy")
def _direct(points, normals, position, axis, intensity, size):  # type: ignore[no-untyped-def]
    """Return (P, 3) irradiance; ``glsl/colour.frag.glsl`` does the same.

    Without a branch over columns of points the inner loop becomes vector instructions, ten times as fast.
    """
    point, normal = points.T.copy(), normals.T.copy()
    irradiance = np.zeros(point.shape, dtype=np.float32)
    zero, tiny = np.float32(0), np.float32(1e-12)
    for lamp in range(len(position)):
        along_x, along_y, along_z = axis[lamp]
        is_point = np.float32(along_x == 0 and along_y == 0 and along_z == 0)
        # No hotter beside a lamp than on it.
        nearest = max(size[lamp] * size[lamp] * np.float32(0.25), tiny)
        for p in range(point.shape[1]):
            x = position[lamp, 0] - point[0, p]
            y = position[lamp, 1] - point[1, p]
            z = position[lamp, 2] - point[2, p]
            towards = max(normal[0, p] * x + normal[1, p] * y + normal[2, p] * z, zero)
            squared = max(x * x + y * y + z * z, nearest)
            ahead = max(-(along_x * x + along_y * y + along_z * z), zero) + is_point * np.sqrt(squared)
            fall = towards * ahead / (squared * squared)
            for channel in range(3):
                irradiance[channel, p] += intensity[lamp, channel] * fall
    return irradiance.T.copy()


def sky_share(scene: Scene, raycaster: Raycaster) -> float:
    """Return the share of directions in which someone who stands in a scene sees the sky, 0 to 1."""
    ground = find_gaps(scene, raycaster).ground
    if not len(ground):
        return 0.0
    # The lowest ground of each column: nobody stands on the roof.
    ground = ground[np.lexsort(ground.T[[2, 1, 0]])]
    ground = ground[np.unique(ground[:, :2], axis=0, return_index=True)[1]]
    stands = ground[np.linspace(0, len(ground) - 1, _STANDS).astype(int)] + [0.0, 0.0, _EYE]
    # Golden spiral: evenly spread over the sphere without a draw.
    number = np.arange(_DIRECTIONS)
    z, turn = 1 - (2 * number + 1) / _DIRECTIONS, number * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - z**2)
    directions = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)
    hits = raycaster.cast(np.repeat(stands, _DIRECTIONS, axis=0), np.tile(directions, (_STANDS, 1)))
    return float((hits.face < 0).mean())


def _areas(scene: Scene) -> NDArray[np.float64]:
    """Return (M,) area of each material's faces, square metres."""
    mesh = scene.mesh
    corners = mesh.vertices[mesh.faces]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1) / 2
    material = np.array([part.material for part in scene.parts])[mesh.part]
    return np.bincount(material, weights=area, minlength=len(scene.materials)).astype(np.float64)


def _reflectance(material: Material) -> NDArray[np.float64]:
    color = np.asarray(material.color)
    return color if material.texture is None else color * LINEAR[material.texture[::4, ::4]].mean(axis=(0, 1))


def _rows(vectors: list) -> NDArray[np.float32]:
    return np.asarray(vectors, dtype=np.float32).reshape(-1, 3)
