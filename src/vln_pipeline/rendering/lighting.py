"""What lights a scene."""

from dataclasses import dataclass

from vln_pipeline.rendering.colour_space import LINEAR
from vln_pipeline.rendering.lamp_placement import find_gaps, place_lamps
from vln_pipeline.rendering.light_meter import measure_luminance
from vln_pipeline.rendering.lighting_config import LightingConfig
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Light, Scene

_SKY = (0.82, 0.91, 1.0)
"""Linear RGB of a bright overcast sky."""
_DARKEST = 1e-3
"""Luminance that counts as dark; a scene darker than this is not brightened further."""


@dataclass(frozen=True)
class Lighting:
    """The lamps, the sky, and how bright the camera shows them.

    Attributes:
        lights: lamps.
        background: (3,) radiance of the sky in all directions, linear RGB.
        exposure: factor on linear radiance before the sRGB curve; there is no other tone mapping.
    """

    lights: tuple[Light, ...]
    background: tuple[float, float, float]
    exposure: float


def light_scene(scene: Scene, config: LightingConfig, seed: int) -> Lighting:
    """Return a scene's own lights, or ceiling lamps where it has none, with sky and exposure.

    Args:
        scene: the scene.
        config: spacing and power of lamps, sky, exposure.
        seed: the run's seed, for the light meter's random rays.
    """
    raycaster = Raycaster(scene)
    gaps = find_gaps(scene, raycaster)
    lights = scene.lights or place_lamps(gaps, raycaster, config.lamp_spacing, config.lamp_power)
    background = (config.sky * _SKY[0], config.sky * _SKY[1], config.sky * _SKY[2])
    exposure = config.exposure
    if exposure is None:
        luminance = measure_luminance(scene, raycaster, gaps, lights, background, seed)
        exposure = float(LINEAR[round(255 * config.brightness)]) / max(luminance, _DARKEST)
    return Lighting(lights, background, exposure)
