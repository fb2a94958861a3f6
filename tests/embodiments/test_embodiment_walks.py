"""Walks on disk, their words, and the account of a split."""

from types import SimpleNamespace

import numpy as np
import pytest

from vln_pipeline.embodiments import walks_archive
from vln_pipeline.embodiments.account import account
from vln_pipeline.embodiments.walk import Ending, Walk, WalkSet
from vln_pipeline.embodiments.wording import words_of
from vln_pipeline.episodes.episode import Rejection
from vln_pipeline.errors import DataError
from vln_pipeline.planning.trajectory import Trajectory


def walk_of(number, ending=Ending.REACHED, count=4, instructions=("Go.", "Walk.", "Go.")):
    rng = np.random.default_rng(number)
    trajectory = Trajectory(
        id=f"room_{number:05d}_h1",
        scene="room",
        floor=0,
        path=rng.normal(size=(count, 3)),
        yaw=rng.normal(size=count),
        clearance=rng.random(count).astype(np.float32),
        actions=np.ones(count - 1, dtype=np.int8),
        poses=rng.normal(size=(count, 4)),
        geodesic=1.5,
        sway=rng.normal(size=(count, 4, 4)),
    )
    return Walk(trajectory, "h1", rng.normal(size=(count, 3)), np.linspace(0, 1, count), ending, instructions)


def walked(*walks, robot="h1", rejected=None):
    return WalkSet("room", robot, walks, rejected or {}, {"duplicate": 2, "stairs": 1})


def test_walks_come_back_to_the_bit(tmp_path):
    kept = walked(walk_of(1), walk_of(2, Ending.FELL, 7), rejected={"goal_in_obstacle": 3})
    walks_archive.write(kept, tmp_path)
    read = walks_archive.read(tmp_path)
    assert (read.scene, read.embodiment, read.rejected, read.left_out) == ("room", "h1", kept.rejected, kept.left_out)
    for one, other in zip(read.walks, kept.walks, strict=True):
        assert (one.ending, one.instructions, one.embodiment) == (other.ending, other.instructions, other.embodiment)
        np.testing.assert_array_equal(one.posture, other.posture)
        np.testing.assert_array_equal(one.progress, other.progress)
        np.testing.assert_array_equal(one.trajectory.sway, other.trajectory.sway)
        np.testing.assert_array_equal(one.trajectory.poses, other.trajectory.poses)


def test_a_scene_without_walks_comes_back_too(tmp_path):
    walks_archive.write(walked(), tmp_path)
    assert walks_archive.read(tmp_path).walks == ()


@pytest.mark.parametrize("name", ["walks.json", "walks.parquet", "trajectories.parquet"])
def test_a_damaged_file_is_told_in_one_line(tmp_path, name):
    walks_archive.write(walked(walk_of(1)), tmp_path)
    (tmp_path / name).write_bytes(b"\x00{")
    with pytest.raises(DataError, match="not a readable set of"):
        walks_archive.read(tmp_path)


def test_statuses_are_those_of_published_data():
    assert {ending.value: ending.status for ending in Ending} == {
        "success": "success",
        "fall": "fail",
        "stuck": "stuck",
        "max_step": "fail",
    }


def test_repeated_words_count_once():
    labels = words_of(walk_of(1))
    assert (labels.sum_instruction, labels.variants, labels.sum_indexes) == ("Go.", ("Walk.",), (0, 3))


def test_the_account_adds_up():
    episodes = SimpleNamespace(
        dataset="r2r_ce",
        split="train",
        scenes={"room": 7, "absent": 4},
        skipped={"language": 2},
        rejected=(Rejection("5", "has no instruction"),),
    )
    sets = [
        walked(walk_of(1), walk_of(2, Ending.FELL), walk_of(3), rejected={"goal_in_obstacle": 1}),
        walked(walk_of(1), rejected={"start_in_obstacle": 3}, robot="jetbot"),
    ]
    told = account(episodes, sets, {"absent": 4})
    assert told["robots"] == {
        "h1": {"rejected": {"goal_in_obstacle": 1}, "walks": {"fall": 1, "success": 2}},
        "jetbot": {"rejected": {"start_in_obstacle": 3}, "walks": {"success": 1}},
    }
    parts = ("not_wanted", "quarantined", "scene_missing_or_failed", "left_out")
    routes = [sum(sum(counts.values()) for counts in robot.values()) for robot in told["robots"].values()]
    assert routes == [4, 4]
    assert told["episodes_read"] == sum(sum(told[part].values()) for part in parts) + 4
