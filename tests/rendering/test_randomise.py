from dataclasses import replace

import numpy as np
import pytest

from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.lighting_config import RandomisationConfig
from vln_pipeline.rendering.randomise import blackbody, randomise
from vln_pipeline.scenes import archive
from vln_pipeline.scenes.scene import Light

LIGHT = Lighting(
    (*(Light("area", (x, 1.0, 2.5), 50.0) for x in range(8)), Light("sun", (0, 0, 9), 3.0)), (1.0, 1.0, 1.0), 0.4
)
ALL = RandomisationConfig(
    lamp_power=0.4, color_temperature=(2700, 6500), lamps_off=0.4, sky=0.3, hue=0.1, value=0.3, roughness=0.2
)


def test_nothing_changes_by_default(room):
    assert randomise(room, LIGHT, RandomisationConfig(), 1) == (room, LIGHT)


def test_a_seed_gives_one_look_and_another_seed_another(room):
    (scene, light), (again, same), (other, _) = (randomise(room, LIGHT, ALL, seed) for seed in (1, 1, 2))
    assert archive.digest(scene) == archive.digest(again) != archive.digest(other)
    assert light == same


def test_geometry_and_exposure_stay(room):
    scene, light = randomise(room, LIGHT, ALL, 1)
    assert scene.parts is room.parts
    assert light.exposure == LIGHT.exposure


def test_one_lamp_stays_on_however_many_go_out(room):
    for seed in range(20):
        _, light = randomise(room, LIGHT, RandomisationConfig(lamps_off=0.95), seed)
        lamps = [lamp for lamp in light.lights if lamp.kind == "area"]
        assert 1 <= len(lamps) < 8


def test_sky_and_sun_change_together(room):
    _, light = randomise(room, LIGHT, RandomisationConfig(sky=0.5), 1)
    sun = next(lamp for lamp in light.lights if lamp.kind == "sun")
    assert sun.power / 3.0 == pytest.approx(light.background[0])
    assert light.background[0] != 1.0


def test_a_changed_hue_keeps_brightness_and_structure(room):
    scene, _ = randomise(room, LIGHT, RandomisationConfig(hue=0.5), 3)
    before, after = room.materials[0].texture, scene.materials[0].texture
    assert (before != after).any()
    np.testing.assert_allclose(after.max(axis=2), before.max(axis=2), atol=3)
    assert max(scene.materials[1].color) == pytest.approx(max(room.materials[1].color), abs=1e-6)


def test_textures_go_only_to_materials_of_the_same_category(room):
    other = np.full((4, 4, 3), 77, np.uint8)
    table = replace(room.materials[1], texture=other)
    scene = replace(room, materials=(room.materials[0], table, room.materials[2]))
    kept, _ = randomise(scene, LIGHT, RandomisationConfig(texture_swap=1.0), 0)
    assert kept.materials[0].texture is room.materials[0].texture
    shared = replace(scene, parts=(*scene.parts, replace(scene.parts[0], material=1)))
    swapped, _ = randomise(shared, LIGHT, RandomisationConfig(texture_swap=1.0), 0)
    assert swapped.materials[0].texture is other
    assert swapped.materials[1].texture is room.materials[0].texture


def test_black_bodies_run_from_red_through_the_white_of_srgb_to_blue():
    np.testing.assert_allclose(blackbody(6504), (1, 1, 1))
    red, _, blue = blackbody(2700)
    assert red > 1.5 > 0.5 > blue
