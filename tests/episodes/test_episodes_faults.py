"""What is wrong with a file or an episode is told in one clear line, and never spoils the episodes beside it."""

import gzip
import json

import pytest
from episode_files import (
    SCAN,
    connectivity,
    discrete_path,
    navspace_episode,
    r2r_episode,
    rotation,
    rxr_episode,
    truth_of,
    write_json,
    write_r2r_ce,
)

from vln_pipeline.episodes.episode_config import EpisodeFileConfig
from vln_pipeline.episodes.files import find_files, read_episodes
from vln_pipeline.episodes.formats import streamvln
from vln_pipeline.errors import DataError


def read(**options):
    config = EpisodeFileConfig(**options)
    return read_episodes(find_files(config), config)


def without(row, *names):
    return {key: value for key, value in row.items() if key not in names}


EPISODES = {
    "no object": ([1, 2], "is no object"),
    "no id": (without(r2r_episode(9), "episode_id"), "has no episode_id"),
    "id of another": (r2r_episode(1), "another episode before it has the same id"),
    "id no name": (r2r_episode(9) | {"episode_id": [1]}, "episode_id is no identifier: '[1]'"),
    "no start": (without(r2r_episode(9), "start_position"), "has no start_position"),
    "start in two numbers": (
        r2r_episode(9) | {"start_position": [1, 2]},
        "start_position is no point of three numbers",
    ),
    "start infinite": (r2r_episode(9) | {"start_position": [1, 2, float("inf")]}, "not finite or beyond 10000 m"),
    "start in words": (r2r_episode(9) | {"start_position": ["a", "b", "c"]}, "start_position is not made of numbers"),
    "scalar first": (
        r2r_episode(9) | {"start_rotation": [rotation(40)[3], *rotation(40)[:3]]},
        "start_rotation is not upright as xyzw; it would be as wxyz",
    ),
    "no unit quaternion": (r2r_episode(9) | {"start_rotation": [0, 0, 0, 0]}, "start_rotation is no unit quaternion"),
    "no words": (r2r_episode(9, text="  \n"), "instruction_text holds no words"),
    "no instruction": (without(r2r_episode(9), "instruction"), "has no instruction"),
    "scene out of the tree": (r2r_episode(9) | {"scene_id": "../../etc/.glb"}, "has no name to find it by"),
    "ragged path": (r2r_episode(9) | {"reference_path": [[1, 2, 3], [4]]}, "reference_path is not made of numbers"),
    "goals no list": (r2r_episode(9) | {"goals": {"position": [1, 2, 3]}}, "goals is no list of goals"),
    "distance in words": (
        r2r_episode(9) | {"info": {"geodesic_distance": "4 m"}},
        "geodesic_distance is no plausible number",
    ),
}


@pytest.mark.parametrize("fault", EPISODES)
def test_a_bad_episode_is_in_quarantine_with_its_reason_and_the_rest_goes_on(tmp_path, fault):
    row, said = EPISODES[fault]
    write_r2r_ce(tmp_path, [r2r_episode(1), row, r2r_episode(2)])
    found = read(path=str(tmp_path))
    assert [e.id for e in found.kept] == ["1", "2"]
    (rejection,) = found.rejected
    assert said in rejection.reason
    assert "\n" not in rejection.reason and len(rejection.reason) < 160


GROUND_TRUTHS = {
    "no stop": ({"actions": [1], "locations": [[0, 0, 0]] * 2, "forward_steps": 1}, "actions does not end with STOP"),
    "stop within": (
        {"actions": [1, 0, 1, 0], "locations": [[0, 0, 0]] * 3, "forward_steps": 2},
        "actions holds 0, where only 1, 2 and 3 may be",
    ),
    "unknown action": (
        {"actions": [9, 0], "locations": [[0, 0, 0]], "forward_steps": 0},
        "actions holds 9, where only 1, 2 and 3 may be",
    ),
    "a location too few": (
        {"actions": [1, 0], "locations": [[0, 0, 0]], "forward_steps": 1},
        "1 locations do not belong to 1 forward actions",
    ),
    "count of another": (
        truth_of(1)["1"] | {"forward_steps": 3},
        "forward_steps is 3, but 16 forward actions are listed",
    ),
    "start of another": (
        truth_of(1)["1"] | {"locations": [[0, 0, 0]] * 17},
        "first location is 3.09 m from start_position",
    ),
    "turned away": (truth_of(1, turned_left=180)["1"], "only 0% of its steps lead along their headings"),
    "no list": ({"actions": "1110", "locations": [[0, 0, 0]], "forward_steps": 3}, "actions is no list"),
}


@pytest.mark.parametrize("fault", GROUND_TRUTHS)
def test_a_bad_ground_truth_puts_its_episode_in_quarantine(tmp_path, fault):
    entry, said = GROUND_TRUTHS[fault]
    write_r2r_ce(tmp_path, truth=truth_of(1, 3) | {"2": entry})
    found = read(path=str(tmp_path))
    assert [e.id for e in found.kept] == ["1", "3"]
    (rejection,) = found.rejected
    assert rejection.episode == "2" and said in rejection.reason


def write_bytes(path, data):
    path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:-40])


FILES = {
    "missing": (lambda p: p.unlink(), "does not exist; see docs/how-to/vlnce.md"),
    "empty": (lambda p: write_bytes(p, b""), "no readable JSON"),
    "not compressed": (lambda p: write_bytes(p, b'{"episodes": []}'), "cannot be decompressed (Not a gzipped file"),
    "cut short": (cut, "cannot be decompressed"),
    "no text": (lambda p: write_bytes(p, gzip.compress(b"\xff\xfe\x00")), "no text at byte 0"),
    "no JSON": (lambda p: write_bytes(p, gzip.compress(b'{"episodes": [{]}')), "no readable JSON"),
    "cut within": (lambda p: write_bytes(p, gzip.compress(b'{"episodes": [{"episode_id": 1}, ')), "no readable JSON"),
    "a list": (lambda p: write_bytes(p, gzip.compress(b"[1]")), "no readable JSON ({ expected at character 0)"),
    "no episodes": (lambda p: write_bytes(p, gzip.compress(b'{"a": 1}')), 'has no "episodes"'),
    "none": (lambda p: write_bytes(p, gzip.compress(b'{"episodes": []}')), "holds no episode; download it again"),
    "all bad": (
        lambda p: write_bytes(p, gzip.compress(b'{"episodes": [{"episode_id": 5}, {}]}')),
        "none of 2 episodes can be used, the first, 5: has no instruction",
    ),
    "nested without end": (
        lambda p: write_bytes(p, gzip.compress(b'{"episodes": ' + b"[" * 100_000)),
        "no readable JSON",
    ),
}


@pytest.mark.parametrize("fault", FILES)
def test_a_bad_file_is_told_in_one_line(tmp_path, fault):
    damage, said = FILES[fault]
    path = write_r2r_ce(tmp_path)
    damage(path)
    with pytest.raises(DataError) as caught:
        read(path=str(path))
    assert said in str(caught.value)
    assert "val_unseen.json.gz" in str(caught.value) and "\n" not in str(caught.value)


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path):
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b" " * 3_000_000))
    with pytest.raises(DataError, match=r"bomb.json.gz: has more than 0.001 GiB of text; raise max_file_size"):
        read(path=str(path), max_file_size=0.001)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "vlnce.episodes.path: is not set"),
        ({"path": "{root}", "split": "train"}, "holds no train/train.json.gz of r2r_ce"),
        ({"path": "{root}", "truth": "{root}/none.json"}, "none.json: does not exist"),
        ({"path": "{root}/val_unseen/val_unseen.json.gz", "truth": "{root}/bad.json"}, "bad.json: no readable JSON"),
        ({"dataset": "rxr_ce", "path": "{root}/train_follower.json.gz"}, "holds the paths of followers"),
        ({"dataset": "rxr_ce", "path": "{root}/train_guide.json", "languages": ("te",)}, "1 x language en-US"),
        ({"dataset": "navspace", "path": "{root}/navspace.json", "quaternion": "xyzw"}, "it would be as wxyz"),
        ({"dataset": "r2r", "path": "{root}/R2R_val.json"}, "vlnce.episodes.graphs: is no folder"),
        ({"dataset": "r2r", "path": "{root}/val_unseen/val_unseen.json.gz", "graphs": "{root}"}, "is no list of paths"),
    ],
)
def test_wrong_options_name_the_parameter_or_the_file(tmp_path, options, said):
    write_r2r_ce(tmp_path)
    (tmp_path / "bad.json").write_text("{")
    write_json(tmp_path / "train_follower.json.gz", {"episodes": []})
    write_json(tmp_path / "train_guide.json", {"episodes": [rxr_episode()]})
    write_json(tmp_path / "navspace.json", {"episodes": [navspace_episode()]})
    write_json(tmp_path / "R2R_val.json", [])
    given = {k: v.format(root=tmp_path) if isinstance(v, str) else v for k, v in options.items()}
    with pytest.raises(DataError) as caught:
        read(**given)
    assert said in str(caught.value) and "\n" not in str(caught.value)


GRAPHS = {
    "of another building": (lambda rows, path: path.update(scan="other"), "other_connectivity.json: is missing"),
    "viewpoint unknown": (lambda rows, path: path.update(path=["a", "x"]), "viewpoint 'x' is not in the graph"),
    "viewpoint not used": (lambda rows, path: path.update(path=["a", "d"]), "viewpoint 'd' is not in the graph"),
    "not joined": (lambda rows, path: path.update(path=["a", "c"]), "viewpoints a and c of its path are not joined"),
    "short pose": (lambda rows, path: rows[0].update(pose=[1, 2]), "no connectivity graph"),
    "no height": (lambda rows, path: rows[0].pop("height"), "no connectivity graph (KeyError: 'height')"),
    "escape": (lambda rows, path: path.update(scan="../../etc/x"), "x_connectivity.json: is missing"),
    "no instructions": (lambda rows, path: path.pop("instructions"), "has no instruction"),
}


@pytest.mark.parametrize("fault", GRAPHS)
def test_a_bad_path_or_graph_puts_its_episodes_in_quarantine(tmp_path, fault):
    damage, said = GRAPHS[fault]
    rows, path = connectivity(), discrete_path(1)
    damage(rows, path)
    write_json(tmp_path / f"{SCAN}_connectivity.json", rows)
    write_json(tmp_path / "AAA_connectivity.json", connectivity())
    write_json(tmp_path / "R2R_val_unseen.json", [path, discrete_path(2, scan="AAA")])
    found = read(dataset="r2r", path=str(tmp_path), graphs=str(tmp_path))
    assert {e.trajectory for e in found.kept} == {"2"}
    assert found.rejected and all(said in r.reason for r in found.rejected)


ANNOTATIONS = {
    "no video": ({"video": None}, "has no video"),
    "video not named": ({"video": "images/walk"}, "is not named <scene>_<dataset>_<episode>"),
    "video outside": ({"video": "../../images/a_r2r_1"}, "leads out of the data set's folder"),
    "no first action": ({"actions": [1, 1]}, "actions does not begin with -1"),
    "stop within": ({"actions": [-1, 0]}, "actions holds 0"),
    "frames missing": ({"actions": [-1, 1, 1, 1, 1]}, "has 2 frames for 5 actions"),
    "no words": ({"instructions": []}, "instructions is no list of words"),
}


@pytest.mark.parametrize("fault", ANNOTATIONS)
def test_a_bad_annotation_leaves_the_others(tmp_path, fault):
    change, said = ANNOTATIONS[fault]
    good = {"id": 0, "video": "images/s_r2r_000001", "instructions": ["Go."], "actions": [-1, 1]}
    for number in (1, 2):
        (tmp_path / "images/s_r2r_000001/rgb").mkdir(parents=True, exist_ok=True)
        (tmp_path / f"images/s_r2r_000001/rgb/{number:03d}.jpg").write_bytes(b"jpg")
    (tmp_path / "annotations.json").write_text(json.dumps([good, good | {"id": 1} | change]))
    kept, rejected = streamvln.read(tmp_path)
    assert [walk.id for walk in kept] == ["0"]
    assert [r.episode for r in rejected] == ["1"] and said in rejected[0].reason
