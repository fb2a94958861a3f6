import json
from dataclasses import replace

import cv2
import drawn_room
import numpy as np
import pandas as pd
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import DiscreteConfig, ExportConfig
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate
from vln_pipeline.export.vln_ce import SEPARATOR, start_frame
from vln_pipeline.rendering.camera import Rig

SETTINGS = ("125cm_0deg", "125cm_30deg")


def test_first_pose_is_the_published_one(exported):
    dataset = ExportedDataset(exported.directory / "vln_ce/v2.1")
    expected = [[0, -0.5, 0.866, 0], [-1, 0, 0, 0], [0, -0.866, -0.5, 1.25], [0, 0, 0, 1]]
    for episode in range(len(dataset)):
        np.testing.assert_allclose(dataset.columns(episode)["pose.125cm_30deg"][0], expected, atol=1e-3)


def test_a_loader_finds_every_file_by_its_name(exported):
    root = exported.directory / "vln_ce/v2.1"
    for line in (root / "meta/episodes.jsonl").read_text().splitlines():
        row = json.loads(line)
        episode, length = row["episode_index"], row["length"]
        walk = exported.walks[episode]
        rows = pd.read_parquet(root / f"data/chunk-000/episode_{episode:06d}.parquet")
        assert len(rows) == length == len(walk.trajectory.poses)
        assert rows["action"].tolist() == [-1, *walk.trajectory.actions.tolist()]
        assert row["tasks"][0].split(SEPARATOR) == [walk.labels.sum_instruction, *walk.labels.variants]
        for setting in SETTINGS:
            goals, ahead = np.stack(rows[f"goal.{setting}"]), rows[f"relative_goal_frame_id.{setting}"].to_numpy()
            assert np.array_equal((goals == -1).all(axis=1), ahead == -1)
            for frame in range(length):
                rgb = f"{root}/videos/chunk-000/observation.images.rgb.{setting}/episode_{episode:06d}_{frame}.jpg"
                depth = cv2.imread(rgb.replace("rgb", "depth").replace(".jpg", ".png"), cv2.IMREAD_UNCHANGED)
                assert cv2.imread(rgb).shape == (48, 64, 3)
                assert depth.dtype == np.uint16
                truth = walk.footage.depth(walk.trajectory.id, f"habitat.{setting}", frame, 1e-3)
                np.testing.assert_allclose(depth / 1000, truth, atol=1e-6)


def test_motions_between_poses_are_the_actions(exported):
    columns = ExportedDataset(exported.directory / "vln_ce/v3.0").dialect_columns(0)
    poses = columns["pose.125cm_0deg"].astype(np.float64)
    forward = poses[:-1, :3, 2]  # the optical axis of a level camera is the heading
    step = np.diff(poses[:, :3, 3], axis=0)
    for action, moved, ahead, after in zip(columns["action"][1:], step, forward, poses[1:, :3, 2], strict=True):
        turned = np.degrees(np.arcsin(ahead[0] * after[1] - ahead[1] * after[0]))
        expected = {1: (0.25, 0), 2: (0, 15), 3: (0, -15)}[int(action)]
        np.testing.assert_allclose((moved @ ahead, turned), expected, atol=1e-3)


def test_pixel_goals_are_deeper_in_the_walk_for_a_camera_that_sees_farther(exported):
    columns = ExportedDataset(exported.directory / "vln_ce/v2.1").columns(1)
    assert (columns["relative_goal_frame_id.125cm_30deg"] > 0).sum() > 3
    assert columns["relative_goal_frame_id.125cm_30deg"][-1] == -1


def test_start_frame_moves_the_start_to_the_origin():
    pose = np.array([2.0, -3.0, 0.4, 0.9])
    ahead = [2 + np.cos(0.9), -3 + np.sin(0.9), 0.4, 1]
    np.testing.assert_allclose(start_frame(pose) @ [2, -3, 0.4, 1], [0, 0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(start_frame(pose) @ ahead, [1, 0, 0, 1], atol=1e-12)


def test_a_body_that_sways_is_exported_as_one(export):
    """Its camera is ahead of it and rocks; goals are still pixels of floor that the robot comes to."""
    plain = drawn_room.trajectory(0)
    sway = np.tile(np.eye(4), (len(plain.poses), 1, 1))
    angle = np.radians(4) * np.sin(np.arange(len(sway)))
    sway[:, 1, 1] = sway[:, 2, 2] = np.cos(angle)
    sway[:, 1, 2], sway[:, 2, 1] = -np.sin(angle), np.sin(angle)
    sway[:, 0, 3] = 0.2
    root = export(trajectories=(replace(plain, sway=sway),), config=ExportConfig(dialects=("vln_ce",))) / "vln_ce/v2.1"
    dataset = ExportedDataset(root)
    assert dataset.sways and "sways" in (root / "README.md").read_text()
    columns = dataset.columns(0)
    np.testing.assert_allclose(columns["pose.125cm_0deg"][0][:3, 3], [0.2, 0, 1.25], atol=1e-6)
    assert (columns["relative_goal_frame_id.125cm_30deg"] > 0).any()
    record = json.loads((root / "meta/dialect.json").read_text())
    (root / "meta/dialect.json").write_text(json.dumps({k: v for k, v in record.items() if k != "sways"}))
    assert any("does not start at the origin" in problem for problem in validate(root))


@pytest.mark.parametrize("tells", [True, False])
def test_instructions_tell_the_first_turn_where_it_is_wanted(export, tells):
    away = drawn_room.trajectory(actions=[2, 2, 2, 2, 1, 1, 1, 1, 1])  # four turns of 15 degrees to the left
    config = ExportConfig(dialects=("vln_ce",), versions=("v2.1",), vln_ce=DiscreteConfig(tell_first_turn=tells))
    root = export(trajectories=(away,), config=config) / "vln_ce/v2.1"
    told = ExportedDataset(root).tasks[0].split(SEPARATOR)
    plain = drawn_room.labels(away)
    assert len(told) == 1 + len(plain.variants)
    for text, before in zip(told, (plain.sum_instruction, *plain.variants), strict=True):
        assert text.endswith(before)
        lead = text.removesuffix(before).lower()
        assert ("turn" in lead and "left" in lead) == tells


def test_rigs_with_equal_settings_need_a_choice(export, tmp_path):
    continuous, discrete = drawn_room.rigs()
    twin = Rig("twin", discrete.motion, discrete.settings[:1], 1e-3)
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory()], (continuous, discrete, twin))
    config = ExportConfig(dialects=("vln_ce",), versions=("v2.1",))
    with pytest.raises(DataError, match=r"share a camera setting .* choose one of them by params:export.vln_ce.rigs"):
        export("both", config, walks=walks)
    chosen = config.model_copy(update={"vln_ce": DiscreteConfig(rigs=("twin",))})
    assert set(ExportedDataset(export("one", chosen, walks=walks) / "vln_ce/v2.1").cameras) == {"125cm_0deg"}


def test_rigs_at_two_heights_become_settings_of_one_episode(export, tmp_path):
    continuous, discrete = drawn_room.rigs()
    low = Rig("low", discrete.motion, continuous.settings, 1e-3)
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory()], (discrete, low))
    dataset = ExportedDataset(export(config=ExportConfig(dialects=("vln_ce",)), walks=walks) / "vln_ce/v2.1")
    assert dataset.episodes[0]["cameras"] == [*SETTINGS, "60cm_15deg"]
    assert dataset.rgb(0, ".60cm_15deg", 0).shape == (36, 64, 3)
