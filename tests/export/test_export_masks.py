"""Semantic and instance masks of v3.0."""

import json

import cv2
import drawn_room
import numpy as np
import pytest

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig, V30Config
from vln_pipeline.export.join import join
from vln_pipeline.export.masks import MASKS, names_of
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.validate import validate
from vln_pipeline.rendering.footage import FootageIndex

BOTH = ExportConfig(versions=("v3.0",), v30=V30Config(masks=("semantic", "instance")))


def test_masks_show_what_the_frames_do_and_are_named(export):
    walk = drawn_room.trajectory(0, start=(1.0, 2.8, 0.0, 0.0))
    root = export(config=BOTH, trajectories=[walk]) / "vln_n1/v3.0"
    dataset = ExportedDataset(root)
    assert validate(root) == [] and dataset.mask_kinds == ("semantic", "instance")
    assert dataset.mask_names(0, "semantic") == {"0": "void", "1": "column", "2": "wall"}
    assert dataset.mask_names(0, "instance") == {"1": "wall", "2": "column"}
    setting = drawn_room.rigs()[0].settings[0]
    pose = dataset.dialect_columns(0)["action"][7] @ np.diag([1, -1, -1, 1])
    _, on_pillar = drawn_room.seen(pose, setting.intrinsics)
    found = dataset.mask(0, "semantic", "", 7)
    assert on_pillar.any() and ((found == 1) == on_pillar).mean() > 0.999
    assert ((dataset.mask(0, "instance", "", 7) == 2) == (found == 1)).all()


def test_without_a_wish_there_are_none(exported):
    dataset = ExportedDataset(exported.directory / "vln_ce/v3.0")
    assert dataset.mask_kinds == () and not (dataset.root / MASKS).exists()


def test_a_joined_dataset_names_the_ids_of_every_scene(export, tmp_path):
    parts = [ExportedDataset(export(scene, BOTH, scene=scene) / "vln_ce/v3.0") for scene in ("attic", "barn")]
    join(parts, BOTH, tmp_path / "joined", seed=7, provenance={})
    joined = ExportedDataset(tmp_path / "joined")
    assert validate(joined.root) == []
    assert set(json.loads((joined.root / MASKS).read_text())) == {"attic", "barn"}
    assert np.array_equal(joined.mask(1, "semantic", ".125cm_0deg", 3), parts[0].mask(0, "semantic", ".125cm_0deg", 3))


def test_ids_without_a_name_do_not_pass_the_validation(export):
    root = export(config=BOTH) / "vln_n1/v3.0"
    told = json.loads((root / MASKS).read_text())
    del told["room"]["instance"]["1"]
    (root / MASKS).write_text(json.dumps(told))
    assert any(f"instance mask has ids that {MASKS} does not name: [1]" in problem for problem in validate(root))


@pytest.mark.parametrize("broken", ["missing", "shallow"])
def test_a_broken_mask_is_named(export, tmp_path, broken):
    walks = drawn_room.walks_of(tmp_path / "footage", [drawn_room.trajectory(0)])
    path = walks[0].footage.path("room_00000", "d435i.60cm_15deg", "semantic", 3)
    if broken == "missing":
        path.unlink()
    else:
        cv2.imwrite(str(path), np.zeros((36, 64), np.uint8))
    with pytest.raises(DataError, match=r"0003.png: semantic image missing or not 16 bit; render this item again"):
        export(config=BOTH, walks=walks)


def test_more_objects_than_lerobots_images_hold_are_refused():
    index = FootageIndex("hall", ("void",), {40_000: "chair"}, (), "drawn", ())
    with pytest.raises(DataError, match=r"hall: has objects with ids above 32767.*leave instance out"):
        names_of(index)
