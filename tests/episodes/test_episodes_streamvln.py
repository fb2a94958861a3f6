"""StreamVLN's annotations, out and in again, and as the actions of an episode file."""

import json

import numpy as np
import pytest
from episode_files import FORWARD, LEFT, RIGHT, THROUGH_THE_DOOR, write_r2r_ce

from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.episodes.files import find_files, read_episodes
from vln_pipeline.episodes.formats import streamvln
from vln_pipeline.episodes.formats.streamvln import AnnotatedWalk


def frames(folder, count):
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:04d}.jpg").write_bytes(f"{folder.name} {number}".encode())
    return tuple(sorted(folder.iterdir()))


def test_annotations_go_out_and_come_back(tmp_path):
    walks = [
        AnnotatedWalk(
            "0", "17DRP5sb8fy", "r2r", "577", ("Go on.", "Weiter."), codes(FORWARD, LEFT), frames(tmp_path / "a", 3)
        ),
        AnnotatedWalk("1", "home_0", "rxr", "4", ("Turn.",), codes(RIGHT), frames(tmp_path / "b", 2)),
    ]
    root = tmp_path / "out"
    root.mkdir()
    streamvln.write(walks, root)
    rows = json.loads((root / "annotations.json").read_text())
    assert rows[0] == {
        "id": 0,
        "video": "images/17DRP5sb8fy_r2r_000577",
        "instructions": ["Go on.", "Weiter."],
        "actions": [-1, 1, 2],
    }
    assert sorted(p.name for p in (root / "images/17DRP5sb8fy_r2r_000577/rgb").iterdir()) == [
        "001.jpg",
        "002.jpg",
        "003.jpg",
    ]
    back, rejected = streamvln.read(root)
    assert not rejected
    for one, other in zip(walks, back, strict=True):
        assert (one.id, one.scene, one.dataset, one.episode) == (other.id, other.scene, other.dataset, other.episode)
        assert one.instructions == other.instructions
        np.testing.assert_array_equal(one.actions, other.actions)
        assert [f.read_bytes() for f in one.frames] == [f.read_bytes() for f in other.frames]
    again = tmp_path / "again"
    again.mkdir()
    streamvln.write(back, again)
    assert (again / "annotations.json").read_bytes() == (root / "annotations.json").read_bytes()


def test_frames_may_be_numbered_from_zero(tmp_path):
    frames(tmp_path / "images/s_r2r_000001/rgb", 2)
    row = {"id": 5, "video": "images/s_r2r_000001", "instructions": ["Go."], "actions": [-1, 1]}
    (tmp_path / "annotations.json").write_text(json.dumps([row]))
    ((walk,), _) = streamvln.read(tmp_path)
    assert [f.name for f in walk.frames] == ["0000.jpg", "0001.jpg"]


def test_its_actions_are_the_ground_truth_of_an_episode_file(tmp_path):
    path = write_r2r_ce(tmp_path)
    row = {"id": 0, "video": "images/x_r2r_000002", "instructions": ["Go."], "actions": [-1, *THROUGH_THE_DOOR]}
    (tmp_path / "annotations.json").write_text(json.dumps([row]))
    config = EpisodeFileConfig(path=str(path), truth=str(tmp_path / "annotations.json"))
    first, second, third = read_episodes(find_files(config), config).kept
    assert first.truth is None and third.truth is None
    assert second.truth.poses[-1].tolist() == pytest.approx([5.5, 2.7, 0.0, 0.0], abs=1e-9)


def codes(*actions):
    return np.array(actions, dtype=np.int8)
