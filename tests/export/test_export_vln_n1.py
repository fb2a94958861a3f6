import json

import drawn_room
import navdp_reader
import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ContinuousConfig, ExportConfig
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate
from vln_pipeline.export.vln_n1 import VlnN1, camera_extrinsic, clip_of_frames
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.rendering.camera import OPENGL_FROM_OPENCV, CameraSetting, Intrinsics, camera_poses


@pytest.mark.parametrize("pitch", [0.0, 12.8, 30.0])
@pytest.mark.parametrize("yaw", [0.0, 0.7, -2.5])
def test_loader_recovers_forward_and_left_from_pose_and_extrinsic(pitch, yaw):
    setting = CameraSetting("x", 0.738, pitch, Intrinsics.from_fov(64, 48, 69))
    start = np.array([[3.0, -1.0, 0.2]])
    ahead_left = (
        start + 2 * np.array([[np.cos(yaw), np.sin(yaw), 0]]) + 0.5 * np.array([[-np.sin(yaw), np.cos(yaw), 0]])
    )
    poses = (
        camera_poses(np.vstack([start, ahead_left]), np.array([yaw, yaw]), setting.height, pitch) @ OPENGL_FROM_OPENCV
    )
    xy = navdp_reader.local_xy(poses[:, :3, 3], poses[0], camera_extrinsic(setting))
    np.testing.assert_allclose(xy, [[0, 0], [2, 0.5]], atol=1e-12)


def test_extrinsic_equals_a_published_one():
    setting = CameraSetting("x", 0.738, 12.77, Intrinsics.from_fov(480, 270, 69))
    published = [[1, 0, 0, 0], [0, 0.221, -0.975, 0], [0, 0.975, 0.221, 0.738], [0, 0, 0, 1]]
    np.testing.assert_allclose(camera_extrinsic(setting), published, atol=1e-3)


def test_loader_reads_every_episode(exported):
    root = exported.directory / "vln_n1/v2.1"
    for episode, walk in enumerate(exported.walks):
        last = len(walk.trajectory.path) - 1
        item = navdp_reader.item(root, episode, painted=1, current=2, target=last - 1)
        assert item["frames"] == (last + 1,) * 3
        assert item["memory"].shape == (8, 224, 224, 3)
        assert not item["memory"][:7].any() and item["memory"][7].max() > 0.1
        assert item["image_goal"].shape == (224, 224, 6)
        assert item["depth"][item["depth"] > 0].min() >= 0.1 and item["depth"].max() <= 5
        assert (np.diff(item["xy"][:, 0]) > 0).all() and item["xy"][-1, 1] > 0.02  # forward, bending left
        np.testing.assert_allclose(np.linalg.norm(np.diff(item["xy"], axis=0), axis=1), 0.0376, atol=1e-5)
        assert item["labels"].shape == (24, 3)
        reached = int(np.ceil((last - 4) / 4))
        assert (item["labels"][: reached - 1, 0] > 0.4).all() and not item["labels"][reached:].any()
        assert (item["labels"][1 : reached - 1, 2] > 0).all()
        np.testing.assert_allclose(item["point_goal"][:2], item["xy"][-2])
        assert np.isfinite(item["critic"]) and item["critic"] != 2.0


def test_loader_pairs_frames_with_images(exported):
    root = exported.directory / "vln_n1/v2.1"
    rgb = navdp_reader.index_of(root)[1][1]
    walk = exported.walks[1]
    assert [p.read_bytes() for p in rgb] == [
        exported.footage.path(walk.trajectory.id, "d435i.60cm_15deg", "rgb", k).read_bytes() for k in range(len(rgb))
    ]


def test_loader_sees_the_painted_goal_ahead(exported):
    root = exported.directory / "vln_n1/v2.1"
    mask = navdp_reader.item(root, 0, painted=0, current=0, target=38)["pixel_goal"]
    rows, columns = np.nonzero(mask)
    assert len(rows) and rows.mean() > 112 and columns.mean() < 112  # below the middle, to the left


def test_obstacles_are_the_walls_and_the_pillar(exported):
    root = exported.directory / "vln_n1/v2.1"
    obstacles = navdp_reader.item(root, 0, 0, 0, 30)["obstacles"]
    room, pillar = drawn_room.ROOM[:, :2], drawn_room.PILLAR[:, :2]
    gap = lambda box: np.abs(obstacles[:, None] - box[None]).min(axis=(1, 2))  # noqa: E731
    assert (np.minimum(gap(room), gap(pillar)) < 1e-5).all()
    assert (gap(pillar) < 1e-5).sum() > 100


def test_tasks_are_the_published_objects_as_strings(exported):
    """InternData-N1 has a JSON object as the string of each task (threads 44 and 179 of InternNav); ours were prose."""
    dataset = ExportedDataset(exported.directory / "vln_n1/v2.1")
    ranges = [line["task_index"] for line in dataset.lines("meta/episodes_stats.jsonl")]
    for episode, walk in enumerate(exported.walks):
        *clips, route = (json.loads(task) for task in dataset.episodes[episode]["tasks"])
        assert [clip["sub_indexes"] for clip in clips] == [[clip.start, clip.end] for clip in walk.labels.clips]
        assert [clip["sub_instruction"] for clip in clips] == [clip.sub_instruction for clip in walk.labels.clips]
        told = [clip.revised_sub_instruction for clip in walk.labels.clips]
        assert [clip["revised_sub_instruction"] for clip in clips] == told
        expected = {"sum_instruction": walk.labels.sum_instruction, "sum_indexes": list(walk.labels.sum_indexes)}
        assert route == expected
        assert set(dataset.columns(episode)["task_index"]) == {ranges[episode]["max"]}
        assert dataset.route_of(dataset.episodes[episode]["tasks"]) == walk.labels.sum_instruction


def test_a_text_has_one_number(export):
    """Clips of different walks had the same words and different numbers, so a text did not lead back to its number."""
    trajectories = [drawn_room.trajectory(n, frames=21) for n in range(2)]
    config = ExportConfig(dialects=("vln_n1",), versions=("v2.1",), vln_n1=ContinuousConfig(tasks="text"))
    root = export(config=config, trajectories=trajectories) / "vln_n1/v2.1"
    dataset = ExportedDataset(root)
    assert validate(root) == []
    routes = [f"Walk room_0000{n} past the pillar, then stop." for n in range(2)]
    assert dataset.tasks == ["Walk ahead.", "Keep left of the pillar.", *routes]
    assert dataset.episodes[1]["tasks"] == ["Walk ahead.", "Keep left of the pillar.", routes[1]]
    assert dataset.lines("meta/tasks.jsonl")[0]["sub_indexes"] == [0, 10]


def test_action_is_the_filmed_pose_in_opengl_axes(exported):
    for version in ("v2.1", "v3.0"):
        dataset = ExportedDataset(exported.directory / "vln_n1" / version)
        for episode, walk in enumerate(exported.walks):
            filmed = walk.footage.poses(walk.trajectory.id, "d435i.60cm_15deg")
            action = dataset.dialect_columns(episode)["action"]
            np.testing.assert_allclose(action @ np.diag([1, -1, -1, 1]), filmed, atol=1e-6)
            assert np.array_equal(action[:, :, 0], filmed[:, :, 0].astype(np.float32))


def test_depth_reads_back_in_metres(exported):
    view = ("room_00000", "d435i.60cm_15deg")
    truth = exported.footage.depth(*view, 5, 1e-4)
    loose = ExportedDataset(exported.directory / "vln_n1/v2.1").depth(0, "", 5)
    packed = ExportedDataset(exported.directory / "vln_n1/v3.0").depth(0, "", 5)
    np.testing.assert_array_equal(loose, truth)
    np.testing.assert_allclose(packed, truth, atol=0.00051)


def test_names_sort_in_frame_order_beyond_a_thousand_frames():
    names = [VlnN1.frame_name(0, frame, 1200) for frame in (0, 99, 100, 999, 1000, 1199)]
    assert names == sorted(names) and VlnN1.frame_name(3, 7, 100) == "episode_000003_007"


def test_every_pitch_of_the_rig_gives_an_episode(export, tmp_path):
    continuous, discrete = drawn_room.rigs()
    steep = CameraSetting("60cm_30deg", 0.6, 30.0, continuous.settings[0].intrinsics)
    both = type(continuous)("d435i", continuous.motion, (*continuous.settings, steep), 1e-4)
    config = ExportConfig(dialects=("vln_n1",))
    walk = drawn_room.trajectory(0)
    walks = drawn_room.walks_of(tmp_path / "footage", [walk], (both, discrete))
    dataset = ExportedDataset(export("pitches", config, walks=walks) / "vln_n1/v2.1")
    assert [row["cameras"] for row in dataset.episodes] == [["60cm_15deg"], ["60cm_30deg"]]
    extrinsics = [dataset.columns(e)["observation.camera_extrinsic"][0] for e in (0, 1)]
    assert not np.allclose(*extrinsics)


def test_unknown_rig_is_named(export):
    config = ExportConfig(dialects=("vln_n1",), vln_n1=ContinuousConfig(rig="zed"))
    with pytest.raises(DataError, match=r"rig zed: is not among the continuous rigs of the footage \(d435i\)"):
        export(config=config)


def test_frames_belong_to_the_later_of_two_clips_that_share_one():
    clips = (Clip(0, 3, "a", "a"), Clip(3, 6, "b", "b"))
    labels = Labels("w", clips, "s", (0, 6))
    assert clip_of_frames(labels, 7).tolist() == [0, 0, 0, 1, 1, 1, 1]


@pytest.mark.parametrize("spans", [(), ((1, 6),), ((0, 5),), ((0, 3), (0, 6))])
def test_clips_must_cover_the_walk(spans):
    labels = Labels("w", tuple(Clip(a, b, "a", "a") for a, b in spans), "s", (0, 6))
    with pytest.raises(DataError, match="do not cover its 7 frames in order"):
        clip_of_frames(labels, 7)
