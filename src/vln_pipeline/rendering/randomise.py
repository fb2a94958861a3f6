"""Seeded changes of light and materials, so that a model does not learn one look of each home."""

from collections import defaultdict
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.lighting_config import RandomisationConfig
from vln_pipeline.scenes.scene import Light, Material, Scene
from vln_pipeline.seeding import generator


def randomise(scene: Scene, lighting: Lighting, config: RandomisationConfig, seed: int) -> tuple[Scene, Lighting]:
    """Return the scene with other materials and other light; both unchanged where all options are off.

    The exposure stays, so a darker draw is a darker picture.

    Args:
        scene: the scene.
        lighting: its light.
        config: what is drawn anew.
        seed: the run's seed.
    """
    if config == RandomisationConfig():
        return scene, lighting
    return (
        _other_materials(scene, config, generator(seed, scene.id, "randomise", "materials")),
        _other_light(lighting, config, generator(seed, scene.id, "randomise", "light")),
    )


def _other_light(lighting: Lighting, config: RandomisationConfig, draw: np.random.Generator) -> Lighting:
    sky = float(np.exp(config.sky * draw.standard_normal()))
    lamps = [lamp for lamp in lighting.lights if lamp.kind != "sun"]
    off = draw.random(len(lamps)) < config.lamps_off
    if len(lamps) and off.all():
        off[draw.integers(len(lamps))] = False
    lights: list[Light] = [replace(sun, power=sun.power * sky) for sun in lighting.lights if sun.kind == "sun"]
    for lamp, is_off in zip(lamps, off, strict=True):
        factor = float(np.exp(config.lamp_power * draw.standard_normal()))
        color = lamp.color
        if config.color_temperature is not None:
            color = blackbody(draw.uniform(*config.color_temperature))
        if not is_off:
            lights.append(replace(lamp, power=lamp.power * factor, color=color))
    red, green, blue = lighting.background
    return Lighting(tuple(lights), (sky * red, sky * green, sky * blue), lighting.exposure)


def blackbody(kelvin: float) -> tuple[float, float, float]:
    """Return the linear RGB colour of a black body, green = 1, by Planck's law at 612, 549 and 465 nm.

    Args:
        kelvin: temperature.
    """
    metres = np.array([612e-9, 549e-9, 465e-9])
    radiance = metres**-5 / np.expm1(0.014387769 / (metres * kelvin))
    daylight = metres**-5 / np.expm1(0.014387769 / (metres * 6504.0))  # the white of sRGB
    red, green, blue = radiance / daylight
    return float(red / green), 1.0, float(blue / green)


def _other_materials(scene: Scene, config: RandomisationConfig, draw: np.random.Generator) -> Scene:
    textures = _exchanged_textures(scene, config.texture_swap, draw)
    materials = []
    for material, texture in zip(scene.materials, textures, strict=True):
        hue = float(draw.uniform(-config.hue, config.hue))
        value = 1 + float(draw.uniform(-config.value, config.value))
        rough = material.roughness + float(draw.uniform(-config.roughness, config.roughness))
        materials.append(_recolored(replace(material, texture=texture), hue, value, min(max(rough, 0.0), 1.0)))
    return replace(scene, materials=tuple(materials))


def _exchanged_textures(scene: Scene, probability: float, draw: np.random.Generator) -> list[NDArray[np.uint8] | None]:
    """Return each material's texture; some take that of another material of a category they are used on."""
    users: dict[str, set[int]] = defaultdict(set)
    for part in scene.parts:
        if scene.materials[part.material].texture is not None:
            users[part.category].add(part.material)
    textures = [material.texture for material in scene.materials]
    for number, material in enumerate(scene.materials):
        swap, pick = draw.random(2)
        others = sorted({other for group in users.values() if number in group for other in group} - {number})
        if material.texture is not None and others and swap < probability:
            textures[number] = scene.materials[others[int(pick * len(others))]].texture
    return textures


def _recolored(material: Material, hue: float, value: float, roughness: float) -> Material:
    color = cv2.cvtColor(np.array([[material.color]], dtype=np.float32), cv2.COLOR_RGB2HSV)
    color[..., 0] = (color[..., 0] + 360 * hue) % 360
    color[..., 2] = np.clip(color[..., 2] * value, 0, 1)
    red, green, blue = (float(c) for c in cv2.cvtColor(color, cv2.COLOR_HSV2RGB)[0, 0])
    texture = material.texture
    if texture is not None and hue:
        hsv = cv2.cvtColor(texture, cv2.COLOR_RGB2HSV_FULL)
        hsv[..., 0] += np.uint8(round(256 * hue) % 256)  # wraps around the circle
        texture = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB_FULL).astype(np.uint8)
    return replace(material, color=(red, green, blue), texture=texture, roughness=roughness)
