"""The two colour backends that need no path tracing, against each other and against what can be worked out by hand."""

import os
import subprocess
import sys
from dataclasses import replace

import moderngl
import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.rendering.camera import Intrinsics, camera_poses
from vln_pipeline.rendering.colour_space import LINEAR, to_srgb
from vln_pipeline.rendering.gl import GlRenderer
from vln_pipeline.rendering.lamp_light import LampLight
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.rendering.shading import ShadedRenderer
from vln_pipeline.rendering.surface import Surface
from vln_pipeline.scenes.scene import Light, Material, Part, Scene

CAMERA = Intrinsics.from_fov(64, 48, 60)
AHEAD = camera_poses(np.zeros((1, 3)), np.zeros(1), 0.0, 0.0)
DARK = (0.0, 0.0, 0.0)
BACKENDS = [ShadedRenderer, pytest.param(GlRenderer, marks=pytest.mark.gl)]


def wall(x: float = 3.0, material: int = 0, half: float = 9.0) -> Part:
    """A square across the camera's axis, seen upright: u runs to the right, v upwards."""
    corners = np.array([[x, half, -half], [x, -half, -half], [x, -half, half], [x, half, half]])
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    return Part("wall", corners, np.array([[0, 2, 1], [0, 3, 2]], np.int32), material, "wall", 1 + material, uv=uv)


def picture(renderer_type, scene, lighting, camera=CAMERA, **options):
    renderer = renderer_type(scene, lighting, **options)
    try:
        return next(iter(renderer.render(AHEAD, camera))).astype(int)
    finally:
        renderer.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_texture_is_upright_and_not_mirrored(backend):
    quarters = np.zeros((64, 64, 3), np.uint8)
    quarters[:32, :32], quarters[:32, 32:], quarters[32:, :32] = (250, 0, 0), (0, 250, 0), (0, 0, 250)
    scene = Scene("s", (wall(half=1.5),), (Material("m", (1, 1, 1), quarters),), (Light("point", (0, 0, 0), 60.0),))
    image = picture(backend, scene, Lighting(scene.lights, DARK, 1.0))
    corners = [image[12, 20], image[12, 44], image[36, 20], image[36, 44]]
    assert [int(c.argmax()) for c in corners[:3]] == [0, 1, 2]
    assert all(c.max() > 100 for c in corners[:3])
    assert not corners[3].any()


@pytest.mark.parametrize("backend", BACKENDS)
def test_brightness_of_a_lit_wall_is_that_of_the_formula(backend):
    lamp = Light("point", (1.0, 0.0, 0.0), 40.0, (1.0, 0.5, 0.25))
    scene = Scene("s", (wall(),), (Material("m", (0.5, 0.5, 0.5)),), (lamp,))
    lighting = Lighting((lamp,), DARK, 0.8)
    image = picture(backend, scene, lighting, Intrinsics.from_fov(65, 49, 60))
    light = LampLight.of(lighting, scene, Raycaster(scene))
    irradiance = 40.0 / (4 * np.pi * 2.0**2) * np.array([1.0, 0.5, 0.25])
    expected = to_srgb((0.8 * 0.5 * (irradiance / np.pi + light.ambient)).astype(np.float32))
    assert np.abs(image[24, 32] - expected.astype(int)).max() <= 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_glass_shows_what_is_behind_it(backend):
    glow = Material("glow", DARK, emission=(0.8, 0.0, 0.0))
    glass = Material("glass", DARK, alpha=0.25)
    scene = Scene("s", (wall(2.0, 1, 0.3), wall(3.0, 0)), (glow, glass))
    image = picture(backend, scene, Lighting((), DARK, 1.0))
    assert image[24, 2, 0] == pytest.approx(int(to_srgb(np.float32(0.8))), abs=1)
    assert image[24, 32, 0] == pytest.approx(int(to_srgb(np.float32(0.75 * 0.8))), abs=1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_sky_fills_what_is_not_hit(backend):
    scene = Scene("s", (wall(-3.0),), (Material("m"),))
    image = picture(backend, scene, Lighting((), (0.1, 0.2, 0.4), 2.0))
    assert (image == to_srgb(np.float32([0.2, 0.4, 0.8]))).all()


@pytest.mark.parametrize("backend", BACKENDS)
def test_vertex_colours_are_linear_in_light(backend):
    painted = replace(wall(), colors=np.full((4, 3), (200, 100, 50), np.uint8))
    lamp = Light("point", (0, 0, 0), 60.0)
    scene = Scene("s", (painted,), (Material("m", (1, 1, 1)),), (lamp,))
    lighting = Lighting((lamp,), DARK, 1.0)
    image = picture(backend, scene, lighting, Intrinsics.from_fov(65, 49, 60))
    white = LampLight.of(lighting, scene, Raycaster(scene)).on(np.float32([[3, 0, 0]]), np.float32([[-1, 0, 0]]))[0]
    assert 0.1 < white.max() < 1
    assert np.abs(image[24, 32] - to_srgb(white * LINEAR[[200, 100, 50]]).astype(int)).max() <= 1


@pytest.mark.parametrize("backend", BACKENDS)
def test_frames_repeat_and_do_not_depend_on_their_order(backend, room):
    poses = camera_poses(np.array([[1.0, 1, 0], [2.0, 1, 0], [1.0, 3, 0]]), np.array([0.2, 0.9, -0.4]), 1.2, 10.0)
    renderer = backend(room, Lighting(room.lights, (1, 1, 1), 0.4))
    forwards, backwards = list(renderer.render(poses, CAMERA)), list(renderer.render(poses[::-1], CAMERA))
    renderer.close()
    assert len({image.tobytes() for image in forwards}) == len(poses)
    for once, again in zip(forwards, backwards[::-1], strict=True):
        np.testing.assert_array_equal(once, again)


@pytest.mark.gl
def test_both_backends_show_the_same_picture(room):
    pose = camera_poses(np.array([[1.0, 1.0, 0]]), np.array([0.4]), 1.2, 15.0)[0]
    camera, lighting = Intrinsics.from_fov(160, 120, 80), Lighting(room.lights, (1, 1, 1), 0.4)
    shaded, drawn = ShadedRenderer(room, lighting), GlRenderer(room, lighting)
    one, other = shaded.frame(pose, camera), drawn.frame(pose, camera)
    drawn.close()
    difference = np.abs(one[0].astype(int) - other[0])
    assert difference.mean() < 3.0
    assert np.percentile(difference, 90) <= 4
    assert (one[1].instance == other[1].instance).mean() > 0.998


@pytest.mark.gl
@pytest.mark.parametrize("supersampling", [1, 2, 4])
def test_baked_light_replaces_the_lamps(supersampling):
    scene = Scene("s", (wall(),), (Material("m", (0.5, 0.25, 1.0)),), (Light("point", (1, 0, 0), 500.0),))
    surface = Surface.of(scene)
    light = np.full((len(surface.vertices), 3), (0.6, 0.4, 0.2), np.float32)
    baked = BakedLight(surface.vertices, surface.faces, surface.uv, surface.colors, surface.part, light)
    image = picture(GlRenderer, scene, Lighting(scene.lights, DARK, 1.5), baked=baked, supersampling=supersampling)
    expected = to_srgb(np.float32([1.5 * 0.5 * 0.6, 1.5 * 0.25 * 0.4, 1.5 * 0.2]))
    assert np.abs(image - expected).max() <= 1


@pytest.mark.gl
def test_supersampling_smooths_edges_at_the_same_size():
    scene = Scene("s", (wall(half=0.8),), (Material("m", emission=(1, 1, 1)),))
    tilted = AHEAD.copy()
    c, s = np.cos(0.3), np.sin(0.3)
    tilted[0, :3, :3] = tilted[0, :3, :3] @ np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    shades = {}
    for factor in (1, 2):
        renderer = GlRenderer(scene, Lighting((), DARK, 1.0), supersampling=factor)
        image = next(iter(renderer.render(tilted, CAMERA)))
        renderer.close()
        assert image.shape == (48, 64, 3)
        shades[factor] = len(np.unique(image))
    assert shades == {1: 2, 2: 5}


@pytest.mark.gl
@pytest.mark.parametrize("threads", [1, 2])
def test_mesa_draws_with_the_threads_that_a_worker_has(threads):
    """It took one for each CPU in every worker, and they waited for each other."""
    program = f"""
from pathlib import Path
from vln_pipeline.rendering.gl_buffers import open_context
context = open_context({threads})
names = [(task / "comm").read_text().strip() for task in Path("/proc/self/task").iterdir()]
print("llvmpipe" in context.info["GL_RENDERER"], sum("llvmpipe" in name for name in names))
"""
    environment = {name: value for name, value in os.environ.items() if name != "LP_NUM_THREADS"}
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    software, count = told.stdout.split()
    if software != "True":
        pytest.skip("this machine's OpenGL is not Mesa's software driver")
    assert int(count) == (0 if threads == 1 else threads)


def test_a_machine_without_egl_is_told_what_to_install(monkeypatch, room):
    def missing(**options):
        raise Exception("libEGL.so not found")

    monkeypatch.setattr(moderngl, "create_context", missing)
    with pytest.raises(DataError, match=r"libEGL\.so not found.*apt-get install -y libegl1"):
        GlRenderer(room, Lighting((), DARK, 1.0))
