"""All backends look through the same camera at the same geometry."""

import importlib.util
import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import vln_pipeline
from vln_pipeline.rendering.backend import open_renderer
from vln_pipeline.rendering.blender.config import BlenderConfig
from vln_pipeline.rendering.camera import Intrinsics, camera_poses
from vln_pipeline.rendering.config import RenderingConfig
from vln_pipeline.rendering.gl import GlRenderer
from vln_pipeline.rendering.lamp_placement import find_gaps
from vln_pipeline.rendering.lighting import Lighting
from vln_pipeline.rendering.lighting_config import LightingConfig
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes import archive
from vln_pipeline.scenes.config import ScenesConfig
from vln_pipeline.scenes.source import open_source

CAMERA = Intrinsics.from_fov(96, 72, 80, 58)
# Off the axes and tilted, so that neither a mirrored nor a shifted nor a mispitched camera agrees by accident.
POSES = np.concatenate(
    [
        camera_poses(np.array([[1.0, 1.1, 0]]), np.array([0.37]), 1.3, 22.0),
        camera_poses(np.array([[5.2, 0.8, 0]]), np.array([2.2]), 0.6, 4.0),
    ]
)
needs_blender = [
    pytest.mark.blender,
    pytest.mark.skipif(importlib.util.find_spec("bpy") is None, reason="the render extra (bpy) is not installed"),
]


def near_silhouette(instance):
    """Pixels with another id among their eight neighbours."""
    ids, window = instance.astype(np.float32), np.ones((3, 3), np.uint8)
    return cv2.dilate(ids, window) != cv2.erode(ids, window)


def assert_same_geometry(depth, instance, exact):
    differ = instance != exact.instance
    assert differ.mean() < 2e-3
    assert not (differ & ~near_silhouette(exact.instance)).any()
    error = np.abs(depth - exact.depth)[~differ & ~near_silhouette(exact.instance)]
    assert error.max() < 1e-3
    assert np.median(np.abs(depth - exact.depth)[~differ]) < 1e-4


@pytest.mark.gl
def test_opengl_has_the_ray_casters_depth_and_ids(room):
    renderer, caster = GlRenderer(room, Lighting((), (1, 1, 1), 1.0)), Raycaster(room)
    for pose in POSES:
        seen, exact = renderer.frame(pose, CAMERA)[1], caster.geometry(pose, CAMERA)
        assert_same_geometry(seen.depth, seen.instance, exact)
        np.testing.assert_array_equal(
            seen.semantic[seen.instance == exact.instance], exact.semantic[seen.instance == exact.instance]
        )
    renderer.close()


@pytest.mark.blender
@needs_blender[1]
def test_cycles_has_the_ray_casters_depth_and_ids(room, tmp_path):
    (tmp_path / "scene").mkdir()
    archive.write(room, tmp_path / "scene")
    np.save(tmp_path / "poses.npy", POSES)
    (tmp_path / "intrinsics.json").write_text(json.dumps(asdict(CAMERA)))
    source = str(Path(vln_pipeline.__file__).parents[1])
    script = Path(__file__).with_name("blender_passes.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    caster = Raycaster(room)
    for pose, passes in zip(POSES, np.load(tmp_path / "passes.npy"), strict=True):
        # The room has one material per instance, in the same order.
        assert_same_geometry(passes[..., 0], passes[..., 1].astype(np.uint16), caster.geometry(pose, CAMERA))


@pytest.mark.parametrize(
    ("backend", "mode"),
    [
        ("raycast", "path"),
        pytest.param("gl", "path", marks=pytest.mark.gl),
        pytest.param("blender", "path", marks=needs_blender),
        pytest.param("blender", "baked", marks=needs_blender),
    ],
)
def test_every_backend_shows_each_object_where_its_mask_is(room, backend, mode, tmp_path):
    glowing = [
        replace(m, color=(0, 0, 0), texture=None, emission=tuple(np.eye(3)[i])) for i, m in enumerate(room.materials)
    ]
    scene = replace(room, materials=tuple(glowing))
    config = RenderingConfig(
        backend=backend,
        blender=BlenderConfig(mode=mode, denoise="none", samples=4),
        lighting=LightingConfig(exposure=1.0),
    )
    renderer = open_renderer(scene, config, seed=0, cache=tmp_path, threads=1)
    try:
        images = list(renderer.render(POSES, CAMERA))
    finally:
        renderer.close()
    caster = Raycaster(scene)
    for pose, image in zip(POSES, images, strict=True):
        instance = caster.geometry(pose, CAMERA).instance
        inside = ~near_silhouette(instance)
        assert image.shape == (72, 96, 3)
        np.testing.assert_array_equal(image.argmax(axis=-1)[inside] + 1, instance[inside])


@pytest.mark.gl
@pytest.mark.real
def test_agreement_on_a_real_scene(real_scenes):
    house = str(real_scenes / "aws_small_house" / "small_house.glb")
    source = open_source(ScenesConfig.model_validate({"source": "mesh", "mesh": {"path": house}}), 0)
    scene = source.load(source.discover()[0])
    caster = Raycaster(scene)
    ground = find_gaps(scene, caster).ground
    stands = ground[np.linspace(0, len(ground) - 1, 7).astype(int)]
    renderer = GlRenderer(scene, Lighting((), (1, 1, 1), 1.0))
    differ, errors = [], []
    for pose in camera_poses(stands, np.arange(7.0), 1.2, 12.0):
        seen, exact = renderer.frame(pose, CAMERA)[1], caster.geometry(pose, CAMERA)
        same = seen.instance == exact.instance
        differ.append(1 - same.mean())
        errors.append(np.percentile(np.abs(seen.depth - exact.depth)[same], 99))
    renderer.close()
    # A stand may be inside a thing, closer than the near plane: the middle one of seven is not.
    assert np.median(differ) < 1e-3
    assert np.median(errors) < 1e-3
