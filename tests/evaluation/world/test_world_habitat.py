"""What of the Habitat backend can be checked without Habitat: frames, sensors, names, and the refusal."""

import importlib.util
import math
from types import SimpleNamespace

import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.world.backend import open_world
from vln_pipeline.evaluation.world.config import WorldConfig
from vln_pipeline.evaluation.world.habitat_frame import from_habitat, to_habitat, to_habitat_rotation
from vln_pipeline.evaluation.world.habitat_sensors import category_table, check_camera, specifications
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.rendering.camera_presets import PRESETS


@pytest.mark.skipif(importlib.util.find_spec("habitat_sim") is not None, reason="habitat-sim is installed")
def test_without_habitat_the_user_is_told_how_to_get_it():
    with pytest.raises(DataError, match="conda install habitat-sim"):
        open_world(WorldConfig(backend="habitat"), lambda _: None, seed=0, cache=None)


def test_points_change_frames_and_back():
    np.testing.assert_allclose(to_habitat(np.array([1.0, 2.0, 3.0])), [1.0, 3.0, -2.0])
    points = np.random.default_rng(0).uniform(-9, 9, (7, 3))
    np.testing.assert_allclose(from_habitat(to_habitat(points)), points, atol=1e-6)


@pytest.mark.parametrize("yaw", [0.0, math.pi / 2, -2.0, 3.0])
def test_a_body_heads_the_same_way_in_both_frames(yaw):
    """Habitat's body looks along its own -z; the quaternion turns that to our heading."""
    x, y, z, w = to_habitat_rotation(yaw)
    axis, forward = np.array([x, y, z]), np.array([0.0, 0.0, -1.0])
    turned = forward + 2 * np.cross(axis, np.cross(axis, forward) + w * forward)
    np.testing.assert_allclose(from_habitat(turned), [math.cos(yaw), math.sin(yaw), 0.0], atol=1e-12)


def test_sensors_have_the_cameras_size_field_of_view_height_and_tilt():
    habitat = SimpleNamespace(
        CameraSensorSpec=SimpleNamespace,
        SensorType=SimpleNamespace(DEPTH="depth", COLOR="colour", SEMANTIC="ids"),
        SensorSubType=SimpleNamespace(PINHOLE="pinhole"),
    )
    camera = CameraSetting("125cm_30deg", 1.25, 30.0, PRESETS["habitat"])
    depth, colour = specifications(habitat, 2, camera, rgb=True, semantic=False)
    assert (depth.uuid, depth.sensor_type, colour.uuid, colour.sensor_type) == ("2.depth", "depth", "2.rgb", "colour")
    assert depth.resolution == [480, 640]
    assert depth.hfov == pytest.approx(79)
    assert depth.position == [0.0, 1.25, 0.0]
    assert depth.orientation == pytest.approx([-math.pi / 6, 0.0, 0.0])


@pytest.mark.parametrize("lens", [PRESETS["d435i"], Intrinsics(64, 48, 32, 32, 30.0, 23.5)])
def test_a_lens_that_habitat_cannot_have_is_refused(lens):
    check_camera(CameraSetting("60cm_0deg", 0.6, 0.0, PRESETS["habitat"]))
    with pytest.raises(DataError, match="60cm_0deg"):
        check_camera(CameraSetting("60cm_0deg", 0.6, 0.0, lens))


def test_semantic_ids_become_categories():
    def kind(name, identity=0):
        return SimpleNamespace(name=lambda: name, index=lambda: identity)

    def thing(identity, name):
        return SimpleNamespace(semantic_id=identity, category=kind(name))

    things = [thing(3, "wall"), None, thing(1, "chair"), thing(5, ""), SimpleNamespace(semantic_id=2, category=None)]
    categories, category_of = category_table(SimpleNamespace(objects=things, categories=[kind("wall", 2)]))
    assert categories == ("void", "chair", "unknown", "wall")
    assert [categories[n] for n in category_of] == ["unknown", "chair", "unknown", "wall", *["unknown"] * 3]
    names, numbers = category_table(SimpleNamespace(objects=[], categories=[None, kind("bed", 1), kind("", 2)]))
    assert [names[n] for n in numbers] == ["unknown", "bed", "unknown", "unknown"]
    names, numbers = category_table(None)
    assert (names, [names[n] for n in numbers]) == (("void", "unknown"), ["unknown"])
