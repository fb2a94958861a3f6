import numpy as np
import pytest

from vln_pipeline.rendering.colour_space import LINEAR
from vln_pipeline.rendering.lamp_placement import find_gaps, place_lamps
from vln_pipeline.rendering.light_meter import measure_luminance
from vln_pipeline.rendering.lighting import light_scene
from vln_pipeline.rendering.lighting_config import LightingConfig
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Material, Part, Scene

GREY = (Material("grey", (0.5, 0.5, 0.5)),)


def box(low, high, inwards):
    """A closed box as one part."""
    unit = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in sides for t in ((a, b, c), (a, c, d))], dtype=np.int32)
    return Part(
        "box", np.array(low) + unit * np.subtract(high, low), faces[:, ::-1] if inwards else faces, 0, "wall", 1
    )


def _two_rooms():
    """A hall of 6 m x 4 m and a chamber of 2 m x 4 m behind a wall without a door."""
    parts = [
        box((0, 0, 0), (6, 4, 2.6), inwards=True),
        box((6.2, 0, 0), (8.2, 4, 2.6), inwards=True),
    ]
    return Scene("rooms", tuple(parts), GREY)


def test_every_room_gets_lamps_below_its_ceiling_by_its_size():
    lighting = light_scene(_two_rooms(), LightingConfig(lamp_spacing=3.0, lamp_power=5.0), seed=0)
    positions = np.array([lamp.position for lamp in lighting.lights])
    assert np.all((positions[:, 2] > 2.3) & (positions[:, 2] < 2.6))
    in_hall = positions[:, 0] < 6
    watts = np.array([lamp.power for lamp in lighting.lights])
    assert watts[in_hall].sum() == pytest.approx(5.0 * 24, rel=0.2)
    assert watts[~in_hall].sum() == pytest.approx(5.0 * 8, rel=0.35)
    # The whole floor lies within reach of a lamp.
    floor = np.stack(np.meshgrid(np.arange(0.5, 6), np.arange(0.5, 4)), axis=-1).reshape(-1, 2)
    reach = np.linalg.norm(floor[:, None] - positions[in_hall, :2], axis=2).min(axis=1)
    assert reach.max() < 3.0


def test_lamps_of_the_scene_are_kept(room):
    assert light_scene(room, LightingConfig(), seed=0).lights == room.lights


def test_open_air_gets_sky_and_no_lamps():
    corners = np.array([(0, 0, 0), (8, 0, 0), (8, 8, 0), (0, 8, 0)], dtype=float)
    ground = Part("ground", corners, np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32), 0, "floor", 1)
    lighting = light_scene(Scene("yard", (ground,), GREY), LightingConfig(sky=2.0), seed=0)
    assert lighting.lights == ()
    assert max(lighting.background) == pytest.approx(2.0)


def test_a_scan_wound_inside_out_is_lit_as_well():
    shell = Scene("scan", (box((0, 0, 0), (5, 4, 2.6), inwards=False),), GREY)
    raycaster = Raycaster(shell)
    assert place_lamps(find_gaps(shell, raycaster), raycaster, 3.0, 5.0)


def test_the_meter_reads_what_a_white_furnace_holds():
    """Surfaces of reflectance r that emit 1 - r in a closed room have radiance 1 after endless bounces."""
    r = 0.3
    material = Material("glow", (r, r, r), emission=(1 - r, 1 - r, 1 - r))
    shell = Scene("furnace", (box((0, 0, 0), (4, 4, 2.6), inwards=True),), (material,))
    raycaster = Raycaster(shell)
    found = measure_luminance(shell, raycaster, find_gaps(shell, raycaster), (), (0.0, 0.0, 0.0), seed=0)
    assert found == pytest.approx(1 - r**4, rel=1e-3)  # the sum over the bounces it follows


def test_exposure_undoes_the_power_of_the_lamps():
    weak, strong = (
        light_scene(_two_rooms(), LightingConfig(lamp_power=power, sky=0.0), seed=0).exposure for power in (2.0, 20.0)
    )
    assert weak == pytest.approx(10 * strong, rel=1e-6)


def test_a_fixed_exposure_is_taken_and_a_dark_scene_is_not_brightened_without_bound():
    dark = LightingConfig(lamp_power=0.0, sky=0.0)
    assert light_scene(_two_rooms(), dark, seed=0).exposure == pytest.approx(float(LINEAR[115]) / 1e-3)
    assert light_scene(_two_rooms(), LightingConfig(exposure=0.7), seed=0).exposure == 0.7


def test_the_same_seed_gives_the_same_light():
    first, second = (light_scene(_two_rooms(), LightingConfig(), 3) for _ in range(2))
    assert [lamp.position for lamp in first.lights] == [lamp.position for lamp in second.lights]
    assert first.exposure == second.exposure
