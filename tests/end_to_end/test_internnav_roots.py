"""A run's folder as InternNav's loaders walk it: one path each, and no link made by hand."""

from pathlib import Path

import cv2
import internnav_reader
import navdp_reader
import pytest

from vln_pipeline.training.system2_data.config import System2DataConfig
from vln_pipeline.training.system2_data.sample_index import read_index


def answer_of(moment):
    return {"pixel": moment.goal, "turn": moment.moves, "stop": "STOP"}[str(moment.kind)]


@pytest.fixture(scope="module")
def run(small_run):
    return max((small_run.data / "08_lerobot").glob("*/08_lerobot"))  # other tests repeat the run


def test_navdp_finds_every_scene_and_episode_below_its_root(run):
    scenes = internnav_reader.navdp_scenes(run / "navdp_data")
    assert list(scenes) == [f"procedural_d435i/{path.name}" for path in sorted((run / "vln_n1/v2.1").iterdir())]
    for root in scenes.values():
        for episode, (_, rgb, _) in enumerate(navdp_reader.index_of(root)):
            item = navdp_reader.item(root, episode, 0, 1, len(rgb) - 2)
            assert item["frames"] == (len(rgb),) * 3
            assert item["labels"].shape == (24, 3) and item["labels"][0, 0] > 0
            assert item["depth"][item["depth"] > 0].min() >= 0.1 and item["depth"].max() <= 5
            assert len(item["obstacles"]) > 100


def test_system_2_finds_its_samples_below_traj_data(run, tmp_path):
    samples = internnav_reader.system2_samples(run / "traj_data", "r2r_125cm_0_30")
    assert {sample.scene for sample in samples} == {path.name for path in (run / "vln_ce/v2.1").iterdir()}
    for sample in samples:
        assert all(Path(image).is_file() for image in sample.images)
        height, width = cv2.imread(sample.look_down).shape[:2]
        depth = cv2.imread(sample.look_down.replace("rgb", "depth").replace(".jpg", ".png"), cv2.IMREAD_UNCHANGED)
        assert depth.shape == (height, width) and depth.dtype == "uint16"
        if not isinstance(sample.answer, str):
            assert 0 <= sample.answer[0] < width and 0 <= sample.answer[1] < height
    kinds = {type(sample.answer) for sample in samples}
    assert kinds == {str, tuple}
    config = System2DataConfig(mix="r2r_125cm_0_30", root=str(run / "traj_data"))
    table, _ = read_index(config, [], tmp_path, 0)
    rows = [table[number] for number in range(len(table))]
    ours = {(row.source.scene, row.instruction, row.moment.frame, answer_of(row.moment)) for row in rows}
    assert ours == {(sample.scene, sample.instruction, sample.frame, sample.answer) for sample in samples}
