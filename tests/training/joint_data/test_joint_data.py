import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "joint"))

import drawn_room
from planned_paths import BASE, SYSTEM2

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.export import export_scene
from vln_pipeline.models.system2.load import load
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint_data.data import open_data
from vln_pipeline.training.joint_data.way import ground_path, learned_frames
from vln_pipeline.training.joint_data.way_reader import read_way
from vln_pipeline.training.system2_data.sample_index import read_index

torch.set_num_threads(1)
WALKS = (
    drawn_room.trajectory(0, start=(1.0, 2.5, 0.0, 0.3)),
    drawn_room.trajectory(1, start=(1.0, 1.0, 0.0, 0.6)),
    drawn_room.trajectory(2, start=(5.0, 4.0, 0.0, -2.0)),
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Folder with a vln_ce dataset of three walks of the drawn room in both versions, not to be altered."""
    folder = tmp_path_factory.mktemp("room")
    walks = drawn_room.walks_of(folder / "footage", WALKS)
    config = ExportConfig(dialects=("vln_ce",), versions=("v2.1", "v3.0"))
    room, nav = drawn_room.scene(), drawn_room.navigation()
    export_scene(iter(walks), room, nav, config, folder / "e", seed=7, provenance={"command": "pytest"})
    return folder / "e" / "vln_ce"


@pytest.fixture(scope="module")
def parts():
    return load(SYSTEM2)


def config(**changes):
    return TrainJointConfig.model_validate(BASE.model_dump() | {"batch_size": 3} | changes)


def rows(root, folder):
    table, _ = read_index(config().data, [root], folder / "cache", 0)
    found = [table[number] for number in range(len(table))]
    return [row for row in found if row.moment.kind == "pixel"]


def opened(root, parts, folder, **changes):
    return open_data(config(**changes), [root], parts, size=28, count=8, run_seed=7, seed=1, cache=folder / "cache")


def test_ways_lead_from_the_goals_frame_to_the_goal(exported, tmp_path):
    found = rows(exported / "v2.1", tmp_path)
    assert found
    for row in found:
        way, walked = read_way(row), WALKS[row.episode].poses
        there = walked[row.moment.frame : row.moment.frame + row.moment.ahead + 1]
        assert way.ahead == row.moment.ahead
        yaw = there[0, 3]
        local = (there[:, :2] - there[0, :2]) @ np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
        assert ground_path(way.poses) == pytest.approx(local, abs=1e-5)
        down = drawn_room.rigs()[1].settings[1]
        shown = drawn_room.depth_of(way.poses[0], down.intrinsics)
        assert way.frames.depth(way.first).shape == shown.shape


def test_both_versions_and_the_published_layout_hold_the_same_ways(exported, tmp_path):
    bare = tmp_path / "home_1"
    shutil.copytree(exported / "v2.1", bare)
    (bare / "meta" / "dialect.json").unlink()
    roots = (exported / "v2.1", exported / "v3.0", bare)
    found = [{(row.episode, row.moment.frame): row for row in rows(root, tmp_path)} for root in roots]
    assert found[0].keys() == found[1].keys() == found[2].keys()
    for place in found[0]:
        ways = [read_way(each[place]) for each in found]
        for other in ways[1:]:
            assert np.array_equal(ways[0].poses, other.poses)
            assert ways[0].frames.depth(ways[0].first) == pytest.approx(other.frames.depth(other.first), abs=2e-3)


def test_a_batch_follows_from_its_number_and_holds_every_learned_frame(exported, parts, tmp_path):
    first, second = (opened(exported / "v2.1", parts, tmp_path) for _ in range(2))
    batches = [next(data.batches.read(start, 1)) for data, start in ((first, 4), (second, 4))]
    assert torch.equal(batches[0].actions, batches[1].actions)
    assert torch.equal(batches[0].images, batches[1].images)
    later = list(zip(range(3), first.batches.read(2, 1), strict=False))[2][1]
    assert torch.equal(later.actions, batches[0].actions)
    assert len(batches[0].conversations) == 3
    assert batches[0].images.shape[1:] == (28, 28, 3)
    assert batches[0].depths.max() <= 5
    by_name = {row.name: row for row in rows(exported / "v2.1", tmp_path)}
    expected = [len(learned_frames(by_name[name].moment.ahead, config().way)) for name in first.batches.names(4)]
    assert batches[0].plans.bincount().tolist() == expected
    assert first.report[-2].startswith("learned from: ")
    down = drawn_room.rigs()[1].settings[1]
    assert first.cameras == TrainedCameras.of([(down.height, down.pitch, down.intrinsics)])


def test_conversations_end_with_the_pixel_goal(exported, parts, tmp_path):
    data = opened(exported / "v2.1", parts, tmp_path)
    by_name = {row.name: row for row in rows(exported / "v2.1", tmp_path)}
    batch = next(data.validation.read(0, 1))
    for name, conversation in zip(data.validation.names(0), batch.conversations, strict=True):
        said = parts.tokenizer.decode(conversation.input_ids[-12:].tolist(), skip_special_tokens=True)
        column, row = by_name[name].moment.goal
        told = [int(number) for number in said.split()[-2:]]
        assert told == pytest.approx([(column + 0.5) * 10 - 0.5, (row + 0.5) * 10 - 0.5], abs=0.51)


def test_a_broken_frame_on_the_way_is_left_out_and_told(exported, parts, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(exported / "v2.1", broken)
    for path in broken.glob("videos/chunk-000/observation.images.depth.125cm_30deg/episode_000000_*.png"):
        path.write_bytes(b"not an image")
    data = opened(broken, parts, tmp_path)
    for _ in zip(range(6), data.batches.read(0, 1), strict=False):
        pass
    dropped = sum(count for cause, count in data.batches.skipped.items() if "depth missing, unreadable" in cause)
    held = "episode_000000" in " ".join(name for number in range(2) for name in data.validation.names(number))
    assert dropped > 0 or held


def test_a_goal_beyond_the_end_is_refused(exported, tmp_path):
    row = rows(exported / "v2.1", tmp_path)[0]
    with pytest.raises(DataError, match="there are not 99 frames from here to its goal"):
        read_way(replace(row, moment=replace(row.moment, ahead=99)))


def test_missing_images_of_depth_are_told(exported, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(exported / "v2.1", broken)
    shutil.rmtree(broken / "videos" / "chunk-000" / "observation.images.depth.125cm_30deg")
    with pytest.raises(DataError, match="its depth images of 125cm_30deg are missing"):
        read_way(rows(broken, tmp_path)[0])
