import importlib.util
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from skimage.metrics import structural_similarity

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.baked_light import BakedLight
from vln_pipeline.rendering.blender import bake_light as baking
from vln_pipeline.rendering.blender.bake_light import bake_light, cache_key
from vln_pipeline.rendering.blender.config import BakeConfig, BlenderConfig
from vln_pipeline.rendering.blender.renderer import BlenderRenderer
from vln_pipeline.rendering.camera import Intrinsics, camera_poses
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.scenes.scene import Light, Material, Part, Scene

_ABSENT = any(importlib.util.find_spec(name) is None for name in ("bpy", "blenderproc"))
CAMERA = Intrinsics.from_fov(64, 48, 80)
POSES = camera_poses(np.array([[0.6, 0.6, 0], [3.4, 0.5, 0], [0.5, 2.5, 0]]), np.array([0.7, 2.3, -0.5]), 1.3, 15)
PATH = BlenderConfig(samples=16)
BAKED = BlenderConfig(mode="baked", baked_samples=8, bake=BakeConfig(edge=0.5, samples=48, finest_edge=0.1))


def _box(low, high, inward):
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    vertices = np.array(low) + corners * (np.array(high) - np.array(low))
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([t for a, b, c, d in sides for t in ((a, b, c), (a, c, d))], dtype=np.int32)
    return vertices.astype(float), faces[:, ::-1] if inward else faces


def _part(name, low, high, material, instance, inward=False):
    vertices, faces = _box(low, high, inward)
    uv = (vertices[:, :2] + vertices[:, 2:]).astype(np.float32)
    return Part(name, vertices, np.ascontiguousarray(faces), material, name, instance, uv)


@pytest.fixture(scope="module")
def room():
    stripes = np.full((32, 32, 3), 150, np.uint8)
    stripes[:, 16:] = (190, 170, 140)
    return Scene(
        "room",
        (
            _part("wall", (0, 0, 0), (4, 3, 2.5), 0, 1, inward=True),
            _part("table", (1.6, 1.1, 0), (2.4, 1.9, 0.75), 1, 2),
        ),
        (Material("plaster", texture=stripes), Material("paint", color=(0.6, 0.15, 0.1))),
        lights=(Light("area", (2.0, 1.5, 2.45), 60.0, size=0.8),),
    )


@pytest.fixture(scope="module")
def light(room):
    return Lighting(room.lights, (0.5, 0.5, 0.5), 0.6)


def _frames(scene, config, light, poses=POSES, cache=None):
    renderer = BlenderRenderer(scene, config, light, threads=1, cache_dir=cache)
    try:
        return list(renderer.render(poses, CAMERA))
    finally:
        renderer.close()


def needs_blender(test):
    skipped = pytest.mark.skipif(_ABSENT, reason="bpy and BlenderProc are not installed (extra: render)")(test)
    return pytest.mark.blender(skipped)


@pytest.fixture(scope="module")
def path_frames(room, light):
    return _frames(room, PATH, light)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@needs_blender
def test_a_frame_shows_a_lit_room_in_its_colours(path_frames):
    assert all(f.shape == (48, 64, 3) and f.dtype == np.uint8 for f in path_frames)
    assert all(60 < f.mean() < 200 for f in path_frames)
    table = path_frames[0][36, 34].astype(int)  # looks at the middle of the room
    assert table[0] > 1.4 * table[1]


@needs_blender
def test_frames_depend_on_neither_order_nor_batch_nor_process(room, light, path_frames):
    order = [2, 0, 1]
    renderer = BlenderRenderer(room, PATH, light, threads=2)
    try:
        again = [*renderer.render(POSES[order[:1]], CAMERA), *renderer.render(POSES[order[1:]], CAMERA)]
    finally:
        renderer.close()
    for frame, index in zip(again, order, strict=True):
        np.testing.assert_array_equal(frame, path_frames[index])


@needs_blender
def test_another_noise_seed_changes_only_noise(room, light, path_frames):
    other = _frames(room, PATH.model_copy(update={"noise_seed": 1}), light, POSES[:1])[0]
    assert (other != path_frames[0]).any()
    assert np.abs(other.astype(int) - path_frames[0]).mean() < 4


@needs_blender
def test_baked_light_looks_like_traced_light_and_is_baked_once(room, light, path_frames, cache, monkeypatch):
    frames = _frames(room, BAKED, light, cache=cache)
    for baked, traced in zip(frames, path_frames, strict=True):
        assert structural_similarity(baked, traced, channel_axis=2) > 0.85
        assert abs(float(baked.mean()) - float(traced.mean())) < 12
    monkeypatch.setattr(baking, "_bake", lambda *_: pytest.fail("baked a second time"))
    for first, second in zip(frames, _frames(room, BAKED, light, cache=cache), strict=True):
        np.testing.assert_array_equal(first, second)


@needs_blender
def test_light_on_the_floor_falls_off_away_from_the_lamp(room, light, cache):
    baked = bake_light(room, BAKED, light, threads=1, cache_dir=cache)
    floor = (np.abs(baked.vertices[:, 2]) < 1e-6) & (np.abs(baked.vertices - 2).max(axis=1) < 10)
    distance = np.linalg.norm(baked.vertices[:, :2] - [2.0, 1.5], axis=1)
    near = baked.irradiance[floor & (distance > 0.8) & (distance < 1.1)].mean()
    far = baked.irradiance[floor & (distance > 2.0)].mean()
    assert near > 1.3 * far > 0


@needs_blender
def test_an_iterator_left_early_does_not_disturb_the_next(room, light, path_frames):
    renderer = BlenderRenderer(room, PATH, light, threads=1)
    try:
        next(renderer.render(POSES, CAMERA))
        np.testing.assert_array_equal(next(renderer.render(POSES[1:2], CAMERA)), path_frames[1])
    finally:
        renderer.close()


@needs_blender
def test_a_killed_process_is_one_clear_error_and_leaves_nothing(room, light, tmp_path):
    renderer = BlenderRenderer(room, PATH, light, threads=1, work_dir=tmp_path)
    frames = renderer.render(np.repeat(POSES, 20, axis=0), CAMERA)
    next(frames)
    os.kill(renderer.pid, signal.SIGKILL)
    with pytest.raises(DataError, match="scene room: the Blender process ended by signal 9"):
        list(frames)
    renderer.close()
    assert not list(tmp_path.iterdir())


@needs_blender
def test_no_answer_in_time_is_an_error(room, light):
    with pytest.raises(DataError, match="no answer from Blender in"):
        BlenderRenderer(room, PATH.model_copy(update={"start_timeout": 0.05}), light, threads=1)


def test_an_interpreter_without_bpy_says_what_to_install(room, light, tmp_path):
    with pytest.raises(DataError, match=r"No module named 'bpy'.*pip install 'vln-pipeline\[render\]'"):
        BlenderRenderer(room, BlenderConfig(python=str(_interpreter_with(tmp_path, "bpy"))), light, threads=1)


def test_a_missing_system_library_names_the_packages(room, light, tmp_path):
    python = _interpreter_with(tmp_path, "bpy", "libXrender.so.1: cannot open shared object file")
    with pytest.raises(DataError, match=r"libXrender.*apt-get install .*libxrender1"):
        BlenderRenderer(room, BlenderConfig(python=str(python)), light, threads=1)


def test_a_missing_interpreter_is_named(room, light):
    with pytest.raises(DataError, match=r"cannot start /nowhere/python.*rendering.blender.python"):
        BlenderRenderer(room, BlenderConfig(python="/nowhere/python"), light, threads=1)


def test_the_cache_key_follows_what_light_depends_on(room, light):
    key = cache_key(room, BakeConfig(), light)
    assert key == cache_key(room, BakeConfig(), light)
    brighter = Lighting((Light("area", (2.0, 1.5, 2.45), 61.0, size=0.8),), light.background, light.exposure)
    assert key != cache_key(room, BakeConfig(), brighter)
    assert key != cache_key(room, BakeConfig(samples=49), light)


def test_light_that_several_want_at_once_is_baked_once(room, light, tmp_path, monkeypatch):
    baked = []

    def slow_bake(*_):
        baked.append(1)
        time.sleep(0.2)
        corner, face = np.zeros((1, 3), np.float32), np.zeros((1, 3), np.int32)
        return BakedLight(corner, face, corner[:, :2], corner.astype(np.uint8), face[:, 0], corner)

    monkeypatch.setattr(baking, "_bake", slow_bake)
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(bake_light, room, BAKED, light, threads=1, cache_dir=tmp_path / "cache") for _ in range(3)]
    assert [len(wanted.result().vertices) for wanted in asked] == [1, 1, 1]
    assert len(baked) == 1


def test_damaged_baked_light_is_named(tmp_path):
    file = tmp_path / "baked_light.npz"
    file.write_bytes(b"PK broken")
    with pytest.raises(DataError, match=r"baked_light\.npz: baked light cannot be read.*delete it"):
        BakedLight.read(file)


def _interpreter_with(folder: Path, module: str, message: str = "") -> Path:
    """Return an interpreter in which importing a module fails as if it were absent, or with a message."""
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {module!r}:\n"
        f"            raise ImportError({message!r} or 'No module named ' + repr(name))\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}:$PYTHONPATH" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return python
