import json

import drawn_room
import numpy as np
import pyarrow.parquet as pq
import pytest

from vln_pipeline.export.config import ExportConfig, V30Config
from vln_pipeline.export.policy_form import ACTION, NEXT_ACTION, STATE, body_motion, odometry
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate
from vln_pipeline.labelling.labels import Clip, Labels


def test_motion_is_told_in_the_body_before_it():
    bases = np.array([[2.0, 1, 0, np.pi / 2], [2, 1.5, 0, np.pi / 2 + 0.2], [2, 1.5, 0, -np.pi + 0.1]])
    motion = body_motion(bases)
    np.testing.assert_allclose(motion[0], [0.5, 0, 0.2], atol=1e-12)
    np.testing.assert_allclose(motion[1], [0, 0, np.pi / 2 - 0.1], atol=1e-12)
    assert not motion[2].any()
    np.testing.assert_allclose(odometry(bases), [[0, 0, 0], [0.5, 0, 0.2], [0.5, 0, np.pi / 2 + 0.1]], atol=1e-12)


def test_a_mirrored_walk_has_the_mirrored_motion():
    bases = np.array([[0.0, 0, 0, 0], [0.2, 0.1, 0, 0.4], [0.5, 0.4, 0, 0.9]])
    mirrored = body_motion(bases * [1, -1, 1, -1])
    np.testing.assert_allclose(mirrored, body_motion(bases) * [1, -1, -1])
    straight = body_motion(np.array([[1.0, 2, 0, 0.3], [1 + 0.1 * np.cos(0.3), 2 + 0.1 * np.sin(0.3), 0, 0.3]]))
    assert straight[0, 0] > 0 and abs(straight[0, 1]) < 1e-6


@pytest.mark.parametrize("dialect", ["vln_n1", "vln_ce"])
def test_every_column_has_one_dimension_and_only_policies_inputs_are_called_so(exported, dialect):
    """lerobot's tools could not edit matrices, and ACT found no state: an absolute 4 x 4 pose was called the action."""
    dataset = ExportedDataset(exported.directory / dialect / "v3.0")
    features = dataset.info["features"]
    assert all(len(f["shape"]) == 1 for f in features.values() if f["dtype"] not in ("video", "image"))
    named = {name for name in features if name.startswith(("observation.", "action"))}
    visual = {name for name in named if features[name]["dtype"] in ("video", "image")}
    assert named - visual == {STATE, ACTION}
    assert features[STATE]["shape"] == features[ACTION]["shape"] == [3]


def test_the_discrete_action_is_the_one_that_follows(exported):
    walk = exported.walks[1].trajectory
    columns = ExportedDataset(exported.directory / "vln_ce/v3.0").columns(1)
    assert columns[NEXT_ACTION].tolist() == [*walk.actions, 0]
    for action, motion in zip(columns[NEXT_ACTION], columns[ACTION], strict=True):
        turn = np.radians(15)
        expected = {0: (0, 0, 0), 1: (0.25, 0, 0), 2: (0, 0, turn), 3: (0, 0, -turn)}[int(action)]
        np.testing.assert_allclose(motion, expected, atol=1e-6)
    columns_of_internnav = ExportedDataset(exported.directory / "vln_ce/v3.0").dialect_columns(1)
    assert columns_of_internnav["action"].tolist() == [-1, *walk.actions]


@pytest.mark.parametrize("dialect", ["vln_n1", "vln_ce"])
def test_both_versions_tell_the_same_by_the_dialects_own_names(exported, dialect):
    v21, v30 = (ExportedDataset(exported.directory / dialect / version) for version in ("v2.1", "v3.0"))
    for episode in range(3):
        before, after = v21.dialect_columns(episode), v30.dialect_columns(episode)
        for name in set(before) - {"task_index"}:
            assert np.array_equal(before[name], after[name]), name


def test_depth_is_marked_as_lerobot_marks_it(exported):
    """Unmarked depth was normalised with ImageNet's statistics, to 17,138, and shown wrapped at 256."""
    info = json.loads((exported.directory / "vln_ce/v3.0/meta/info.json").read_text())
    depth = {name: f for name, f in info["features"].items() if name.startswith("observation.depth")}
    assert len(depth) == 2
    assert all(f["info"] == {"is_depth_map": True, "depth_unit": "mm"} for f in depth.values())


def test_words_in_the_form_of_lerobot_06(export):
    config = ExportConfig(dialects=("vln_n1",), versions=("v3.0",), v30=V30Config(language=True))
    root = export(config=config) / "vln_n1/v3.0"
    assert validate(root) == []
    rows = pq.read_table(root / "data/chunk-000/file-000.parquet", columns=["language_persistent"])[0].to_pylist()
    assert len(rows) == 40 and rows[0] == rows[-1]
    assert [(row["style"], round(row["timestamp"] * 30)) for row in rows[0]] == [
        ("task_aug", 0),
        ("subtask", 0),
        ("subtask", 19),
    ]
    assert rows[0][2]["content"] == "Keep left of the pillar." and rows[0][2]["role"] == "user"


def test_lines_end_only_where_json_lines_do(export):
    """An instruction with U+2028 or U+0085 in it was cut there by Python's splitlines, and the dataset not readable."""

    def labels(walk):
        last = len(walk.path) - 1
        text = "Walk on,\u2028then\u0085stop."
        return Labels(walk.id, (Clip(0, last, text, text),), text, (0, last), (), "people")

    root = export(config=ExportConfig(dialects=("vln_ce",)), labels=labels) / "vln_ce/v2.1"
    dataset = ExportedDataset(root)
    assert dataset.tasks == ["Walk on,\u2028then\u0085stop."] and validate(root) == []


def test_a_walk_of_one_turn_has_finite_columns(export):
    config = ExportConfig(dialects=("vln_ce",))
    root = export(config=config, trajectories=[drawn_room.trajectory(0, actions=[2])]) / "vln_ce/v3.0"
    assert validate(root) == []
