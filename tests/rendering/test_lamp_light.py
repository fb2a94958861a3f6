from dataclasses import replace

import numpy as np
import pytest

from vln_pipeline.rendering.lamp_light import BRIGHT_SKY, NEAREST, LampLight, sky_share
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Light, Material


def light_of(room, *lamps, sky=(0.0, 0.0, 0.0)):
    return LampLight.of(Lighting(lamps, sky, 1.0), room, Raycaster(room))


def direct(light, point, normal):
    return (light.on(np.float32([point]), np.float32([normal])) - light.ambient)[0]


def test_a_point_light_falls_off_with_the_square_of_its_distance(room):
    light = light_of(room, Light("point", (0, 0, 2.0), 100.0, (1, 1, 0)))
    below = direct(light, (0, 0, 0), (0, 0, 1))
    np.testing.assert_allclose(below, np.array([1, 1, 0]) * 100 / (4 * np.pi * 4) / np.pi, rtol=1e-5)
    aside = direct(light, (2, 0, 0), (0, 0, 1))
    np.testing.assert_allclose(aside, below / 2 * np.cos(np.pi / 4), rtol=1e-5)


def test_an_area_light_shines_ahead_only(room):
    light = light_of(room, Light("area", (0, 0, 2.0), 100.0, size=0.5))
    below = direct(light, (0, 0, 0), (0, 0, 1))
    np.testing.assert_allclose(below, 100 / (np.pi * 4) / np.pi, rtol=1e-5)
    # Two cosines of 45 degrees, twice the squared distance.
    np.testing.assert_allclose(direct(light, (2, 0, 0), (0, 0, 1)), below / 4, rtol=1e-5)
    assert not direct(light, (0, 0, 3), (0, 0, -1)).any()


def test_a_surface_that_faces_away_gets_the_even_light_alone(room):
    light = light_of(room, Light("point", (0, 0, 2.0), 100.0))
    assert not direct(light, (0, 0, 0), (0, 0, -1)).any()
    assert (light.ambient > 0).all()


def test_even_light_is_that_of_an_integrating_sphere(room):
    """Flux over area, times what a reflectance of 0.6, 0.5 and 0 adds up to, returned by a white matt surface."""
    grey = replace(room, materials=tuple(Material(m.name, (0.6, 0.5, 0.0)) for m in room.materials))
    area = sum(2 * (x * y + y * z + z * x) for x, y, z in ((6, 4, 2.6), (1.2, 0.9, 0.7), (0.3, 0.3, 0.3))) / 2
    light = light_of(grey, Light("point", (3, 2, 2.0), 100.0), Light("area", (1, 1, 2.0), 50.0))
    np.testing.assert_allclose(light.ambient, 150 / area / np.pi * np.array([1.5, 1.0, 0.0]), rtol=1e-5)


def test_a_sun_is_even_light(room):
    light = light_of(room, Light("sun", (0, 0, 9), 2.0))
    assert not len(light.position)
    np.testing.assert_allclose(light.ambient, light_of(room, Light("point", (0, 0, 9), 2.0 * 6 * 4)).ambient, rtol=1e-6)


def test_the_sky_shines_into_what_is_open(room):
    closed = light_of(room, sky=(1.0, 2.0, 4.0))
    assert not closed.sky.any()
    assert not closed.ambient.any()
    black = tuple(replace(m, color=(0.0, 0.0, 0.0)) for m in room.materials)
    roofless = replace(room, parts=room.parts[:5], materials=black)
    # Solid angle of the missing ceiling, 6 m x 4 m and 1.5 m above the eye, as the sum of four right pyramids.
    x, y = np.meshgrid(np.arange(0.25, 6, 0.5), np.arange(0.25, 4, 0.5))
    corners = [(a, b) for a in (x, 6 - x) for b in (y, 4 - y)]
    expected = sum(np.arctan(a * b / (1.5 * np.sqrt(a**2 + b**2 + 1.5**2))).mean() for a, b in corners) / (4 * np.pi)
    share = sky_share(roofless, Raycaster(roofless))
    assert share == pytest.approx(expected, rel=0.05)
    light, axis = light_of(roofless, sky=(1.0, 2.0, 4.0)), np.array([BRIGHT_SKY], np.float32)
    assert not light.ambient.any()  # black surfaces send nothing back
    np.testing.assert_allclose(light.on(axis, axis)[0], 2 * share * np.array([1, 2, 4]), rtol=1e-3)
    np.testing.assert_allclose(light.on(axis, -axis)[0], 0, atol=1e-3)


def test_light_of_the_sky_is_exchanged_like_that_of_lamps(room):
    grey = replace(
        room, parts=room.parts[:5], materials=tuple(Material(m.name, (0.6, 0.5, 0.0)) for m in room.materials)
    )
    light = light_of(grey, sky=(1.0, 2.0, 4.0))
    np.testing.assert_allclose(light.ambient, light.sky * np.array([1.5, 1.0, 0.0]), rtol=1e-5)


def test_beside_a_lamp_it_is_no_hotter_than_on_it(room):
    light = light_of(room, Light("point", (0, 0, 1e-3), 10.0, size=0.4))
    assert np.isfinite(direct(light, (0, 0, 0), (0, 0, 1))).all()
    assert direct(light, (0, 0, 0), (0, 0, 1)).max() <= 10 / (4 * np.pi * 0.2**2) / np.pi


def test_only_the_nearest_lamps_light_a_frame(room):
    lamps = [Light("point", (float(x), 0, 2), 1.0 + x) for x in range(NEAREST + 10)]
    near = light_of(room, *lamps).near(np.array([0.0, 0, 0]))
    np.testing.assert_array_equal(near.position[:, 0], np.arange(NEAREST))
    np.testing.assert_allclose(near.intensity[:, 0], (1.0 + np.arange(NEAREST)) / (4 * np.pi), rtol=1e-6)
