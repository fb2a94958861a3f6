"""How bright a scene's interior is, by a small path tracer on ray hits; it sets the exposure of every backend."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.colour_space import LINEAR
from vln_pipeline.rendering.lamp_placement import Gaps
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Light, Scene
from vln_pipeline.seeding import generator

_VIEWS = 1024
"""Rays of sight."""
_PATHS = 16
"""Light paths per ray of sight."""
_BOUNCES = 3
_EYE = 1.1
"""Height of the eye above the ground, metres."""
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Rec. 709 weights."""
_OFF = 1e-4
"""Distance from a surface at which a new ray starts, metres."""


def measure_luminance(
    scene: Scene,
    raycaster: Raycaster,
    gaps: Gaps,
    lights: tuple[Light, ...],
    background: tuple[float, float, float],
    seed: int,
) -> float:
    """Return the median luminance of what cameras at eye height see; 0 where nothing is lit.

    Views start under ceilings where most of the scene has one. Surfaces count as matt, with the mean colour of their
    material.

    Args:
        scene: the scene.
        raycaster: of the scene.
        gaps: where one can stand.
        lights: lamps.
        background: (3,) radiance of the sky.
        seed: the run's seed.
    """
    covered = np.isfinite(gaps.ceiling)
    stands = gaps.ground[covered] if covered.sum() > len(covered) / 2 else gaps.ground
    if not len(stands):
        stands = scene.bounds.mean(axis=0, keepdims=True) - [0.0, 0.0, _EYE]
    draw = generator(seed, scene.id, "light_meter")
    origins = stands[draw.integers(len(stands), size=_VIEWS)] + [0.0, 0.0, _EYE]
    azimuth, elevation = draw.uniform(0, 2 * np.pi, _VIEWS), draw.uniform(-0.6, 0.4, _VIEWS)
    flat = np.cos(elevation)
    directions = np.column_stack([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)])
    tracer = _Tracer(scene, raycaster, lights, np.asarray(background), draw)
    radiance = tracer.radiance(np.repeat(origins, _PATHS, axis=0), np.repeat(directions, _PATHS, axis=0))
    return float(np.median((radiance @ _LUMINANCE).reshape(_VIEWS, _PATHS).mean(axis=1)))


class _Tracer:
    def __init__(
        self,
        scene: Scene,
        raycaster: Raycaster,
        lights: tuple[Light, ...],
        background: NDArray[np.float64],
        draw: np.random.Generator,
    ) -> None:
        self._raycaster, self._lights, self._background, self._draw = raycaster, lights, background, draw
        self._part = scene.mesh.part
        material = [scene.materials[part.material] for part in scene.parts]
        self._albedo = np.array(
            [
                np.asarray(m.color)
                * (1.0 if m.texture is None else LINEAR[m.texture[::4, ::4]].reshape(-1, 3).mean(axis=0))
                * (1.0 if p.colors is None else LINEAR[p.colors].mean(axis=0))
                for m, p in zip(material, scene.parts, strict=True)
            ]
        )
        self._emission = np.array([m.emission for m in material])

    def radiance(self, origins: NDArray[np.float64], directions: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (R, 3) radiance along rays, one random light path each."""
        found = np.zeros((len(origins), 3))
        weight = np.ones((len(origins), 3))
        alive = np.arange(len(origins))
        for _ in range(_BOUNCES + 1):
            hits = self._raycaster.cast(origins, directions)
            hit = hits.face >= 0
            found[alive[~hit]] += weight[alive[~hit]] * self._background
            alive, directions = alive[hit], directions[hit]
            points = origins[hit] + directions * hits.distance[hit, None]
            normals = hits.normal[hit].astype(np.float64)
            normals *= -np.sign(np.einsum("rc,rc->r", normals, directions))[:, None]
            part = self._part[hits.face[hit]]
            found[alive] += weight[alive] * self._emission[part]
            weight[alive] *= self._albedo[part]
            origins = points + _OFF * normals
            found[alive] += weight[alive] * self._from_a_lamp(origins, normals)
            directions = self._cosine(normals)
        return found

    def _from_a_lamp(self, points: NDArray[np.float64], normals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (P, 3) radiance of white matt surfaces, by one random lamp each over its probability."""
        light = np.zeros((len(points), 3))
        if not self._lights:
            return light
        chosen, probability = self._choose_lamps(points)
        offsets = self._draw.uniform(-0.5, 0.5, (len(points), 2))
        for number, lamp in enumerate(self._lights):
            who = np.flatnonzero(chosen == number)
            axis = np.asarray(lamp.rotation)[:, 2]
            if lamp.kind == "sun":
                to_lamp, strength = np.tile(axis * 1e4, (len(who), 1)), np.full(len(who), lamp.power)
            else:
                plane = np.asarray(lamp.rotation)[:, :2] * (lamp.size if lamp.kind == "area" else 0.0)
                to_lamp = np.asarray(lamp.position) + offsets[who] @ plane.T - points[who]
                squared = np.maximum(np.einsum("pc,pc->p", to_lamp, to_lamp), 1e-4)
                ahead = (to_lamp @ axis) / np.sqrt(squared)
                emitted = np.maximum(ahead, 0) / np.pi if lamp.kind == "area" else np.full(len(who), 1 / (4 * np.pi))
                strength = lamp.power * emitted / squared
            cosine = np.einsum("pc,pc->p", normals[who], to_lamp) / np.linalg.norm(to_lamp, axis=1)
            reaches = (cosine > 0) & (strength > 0)
            blocked = self._raycaster.cast(points[who], to_lamp).distance < 1 - 1e-4
            arrives = np.where(reaches & ~blocked, cosine * strength, 0.0)
            light[who] = (arrives / probability[who] / np.pi)[:, None] * np.asarray(lamp.color)
        return light

    def _choose_lamps(self, points: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return (P,) one lamp per point and its probability; near and strong lamps are likelier.

        In a large building an even choice nearly always picks a lamp behind walls, and most points look dark.
        """
        positions = np.array([lamp.position for lamp in self._lights])
        power = np.array([lamp.power for lamp in self._lights])
        distant = np.array([lamp.kind == "sun" for lamp in self._lights])
        squared = ((points[:, None] - positions) ** 2).sum(axis=2)
        weight = power * np.where(distant, 1.0, 1.0 / np.maximum(squared, 0.25)) + 1e-12
        cumulative = np.cumsum(weight, axis=1)
        drawn = self._draw.uniform(0, 1, len(points)) * cumulative[:, -1]
        chosen = np.minimum((cumulative < drawn[:, None]).sum(axis=1), len(power) - 1)
        return chosen, weight[np.arange(len(points)), chosen] / cumulative[:, -1]

    def _cosine(self, normals: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (P, 3) directions about normals with the density of Lambert's law."""
        sphere = self._draw.normal(size=normals.shape)
        sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
        directions = normals + sphere * (1 - 1e-6)
        return directions / np.linalg.norm(directions, axis=1, keepdims=True)
