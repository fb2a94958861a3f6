from dataclasses import replace

import numpy as np
import pytest
from pydantic import ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import Motion, camera_poses
from vln_pipeline.rendering.config import CameraConfig, RenderingConfig, RigConfig
from vln_pipeline.rendering.film import film
from vln_pipeline.rendering.footage import Footage
from vln_pipeline.rendering.lighting_config import LightingConfig
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Scene

SMALL = CameraConfig(width=48, height=32, hfov=80)
N1 = RigConfig(name="n1", motion=Motion.CONTINUOUS, camera=SMALL, height=0.6, pitches=(15,))
CE = RigConfig(name="ce", motion=Motion.DISCRETE, camera=SMALL, height=1.25, pitches=(0, 30))
BANDS = N1.model_copy(update={"height": (0.25, 1.25), "pitches": ((0.0, 30.0),)})
CONFIG = RenderingConfig(backend="raycast", rigs=(N1, CE), lighting=LightingConfig(exposure=1.0))


def shoot(scene, walks, config, directory, seed=7, threads=1, progress=None):
    directory.mkdir(exist_ok=True)
    film(scene, walks, config, directory, seed=seed, cache=directory / "cache", threads=threads, progress=progress)
    return Footage(directory)


def test_footage_reads_what_was_filmed(room, walk, tmp_path):
    footage = shoot(room, [walk], CONFIG, tmp_path / "item")
    index = footage.index
    assert (index.scene, index.backend, index.trajectories) == ("room", "raycast", ("room_00000",))
    assert index.categories == room.categories
    assert index.instances == {1: "wall", 2: "table", 3: "vase"}
    rig = footage.rig(Motion.DISCRETE)
    assert [setting.name for setting in rig.settings] == ["125cm_0deg", "125cm_30deg"]
    camera, setting = "ce.125cm_30deg", rig.settings[1]
    poses = footage.poses(walk.id, camera)
    np.testing.assert_allclose(poses, camera_poses(walk.poses[:, :3], walk.poses[:, 3], 1.25, 30.0))
    caster = Raycaster(room)
    for frame, pose in enumerate(poses):
        seen = caster.geometry(pose, setting.intrinsics)
        np.testing.assert_allclose(
            footage.depth(walk.id, camera, frame, rig.depth_unit), seen.depth, atol=rig.depth_unit / 2 + 1e-6
        )
        np.testing.assert_array_equal(footage.ids(walk.id, camera, "semantic", frame), seen.semantic)
        np.testing.assert_array_equal(footage.ids(walk.id, camera, "instance", frame), seen.instance)
        assert footage.rgb(walk.id, camera, frame).shape == (32, 48, 3)


def test_each_form_of_a_walk_has_its_own_frames(room, walk, tmp_path):
    filmed = []
    footage = shoot(room, [walk], CONFIG, tmp_path / "item", progress=filmed.append)
    assert len(footage.poses(walk.id, "n1.60cm_15deg")) == len(walk.path)
    assert len(footage.poses(walk.id, "ce.125cm_0deg")) == len(walk.poses)
    assert filmed == [len(walk.path), len(walk.poses), len(walk.poses)]
    assert footage.rig(Motion.CONTINUOUS).depth_unit == 1e-4
    assert footage.rig(Motion.DISCRETE).depth_unit == 1e-3


def test_bytes_do_not_depend_on_slicing_or_threads(room, walk, tmp_path):
    other = replace(walk, id="room_00001")
    config = CONFIG.model_copy(update={"rigs": (BANDS,)})
    shoot(room, [walk, other], config, tmp_path / "together", threads=3)
    shoot(room, [other], config, tmp_path / "alone")
    alone = {p.relative_to(tmp_path / "alone"): p for p in (tmp_path / "alone" / other.id).rglob("*.*") if p.is_file()}
    assert len(alone) == 1 + 4 * len(walk.path)
    for name, file in alone.items():
        assert file.read_bytes() == (tmp_path / "together" / name).read_bytes(), name


def test_walks_draw_cameras_from_bands(room, walk, tmp_path):
    walks = [replace(walk, id=f"room_{i:05d}", path=walk.path[:1], yaw=walk.yaw[:1]) for i in range(6)]
    config = CONFIG.model_copy(update={"rigs": (BANDS,)})
    footage = shoot(room, walks, config, tmp_path / "item")
    settings = [footage.rig(Motion.CONTINUOUS, w.id).settings[0] for w in walks]
    assert len({s.name for s in settings}) > 1
    for walked, setting in zip(walks, settings, strict=True):
        assert setting.name == f"{round(100 * setting.height)}cm_{round(setting.pitch)}deg"
        assert 0.25 <= setting.height <= 1.25
        assert 0 <= setting.pitch <= 30
        pose = footage.poses(walked.id, f"n1.{setting.name}")[0]
        np.testing.assert_allclose(pose, camera_poses(walk.path[:1], walk.yaw[:1], setting.height, setting.pitch)[0])
    assert footage.rig(Motion.CONTINUOUS).settings[0].name == "75cm_15deg"


def test_a_camera_that_sees_nothing_is_an_error(room, walk, tmp_path):
    away = replace(walk, poses=walk.poses + np.array([100.0, 0, 0, 0]))
    with pytest.raises(DataError, match=r"room_00000, camera ce\.125cm_0deg: sees no surface"):
        shoot(room, [away], CONFIG, tmp_path / "item")


def test_a_black_picture_is_an_error(room, walk, tmp_path):
    dark = CONFIG.model_copy(update={"lighting": LightingConfig(exposure=1e-9)})
    with pytest.raises(DataError, match="shows one flat colour"):
        shoot(room, [walk], dark, tmp_path / "item")


def test_ids_that_do_not_fit_a_mask_are_an_error(room):
    parts = (replace(room.parts[0], instance=70_000), *room.parts[1:])
    with pytest.raises(DataError, match="instance id 70000 does not fit"):
        Raycaster(Scene("big", parts, room.materials))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"height": -1.0}, "height"),
        ({"height": (1.2, 0.3)}, "band"),
        ({"pitches": ()}, "pitches"),
        ({"pitches": (10.1, 9.9)}, "pitches"),
        ({"pitches": (0.0, (5.0, 10.0))}, "band of pitches"),
        ({"camera": "kinect"}, "camera"),
        ({"motion": "discrete", "height": (0.3, 1.2)}, "discrete rig"),
        ({"hight": 1.0}, "hight"),
        ({"name": "../n1"}, "name"),
    ],
)
def test_a_wrong_rig_is_refused_by_name(change, named):
    with pytest.raises(ValidationError, match=named):
        RigConfig.model_validate(N1.model_dump() | change)


def test_rigs_may_not_share_a_name():
    with pytest.raises(ValidationError, match="rigs share a name"):
        RenderingConfig(rigs=(N1, N1))
