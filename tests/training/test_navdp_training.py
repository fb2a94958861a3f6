import errno
import json
import shutil
from functools import partial
from pathlib import Path

import msgpack
import pytest
import torch
from safetensors.torch import load_file
from starlette.testclient import TestClient

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp import checkpoint
from vln_pipeline.models.trained_cameras import read_cameras
from vln_pipeline.serving.app import application
from vln_pipeline.serving.config import ServeConfig
from vln_pipeline.serving.known_cameras import KnownCameras, known_cameras
from vln_pipeline.serving.native.contract import NativeContract
from vln_pipeline.serving.native.navdp_pilot import NavdpPilot
from vln_pipeline.serving.open_navdp import open_navdp
from vln_pipeline.training.conduct import conduct
from vln_pipeline.training.learner import save_state
from vln_pipeline.training.navdp import train
from vln_pipeline.training.navdp.config import TrainSystem1Config
from vln_pipeline.training.navdp.trained import read


def run(root: Path, config: TrainSystem1Config, folder: Path, seed: int = 0) -> Path:
    item = folder / "item"
    shutil.rmtree(item, ignore_errors=True)
    item.mkdir(parents=True)
    conduct(
        train.work,
        config,
        [root],
        item,
        run_seed=7,
        seed=seed,
        state=folder / "state",
        cache=folder / "cache",
        threads=1,
    )
    return item


@pytest.fixture(scope="module")
def trained(room_export, small, tmp_path_factory):
    return run(room_export, small, tmp_path_factory.mktemp("whole"))


def test_a_server_of_what_was_trained_knows_its_cameras(trained):
    """Trainings wrote cameras.json, the server read camera.json: no robot was ever told that its camera is another."""
    best, config = read(trained).best, ServeConfig()
    cameras = KnownCameras(known_cameras(best, None, None))
    make = partial(NavdpPilot, open_navdp(best, "cpu", None, samples=2))
    app = application(lambda metrics, worker: NativeContract(make, config, metrics, worker, cameras), config, {})
    lens = {"width": 48, "rows": 27, "fx": 34.9, "fy": 34.9, "cx": 23.5, "cy": 13.0}
    told = []
    with TestClient(app) as client, client.websocket_connect("/robot") as robot:
        for height in (0.6, 1.2):
            robot.send_bytes(msgpack.packb({"type": "begin", "camera": lens | {"height": height, "pitch": 15.0}}))
            told.append(msgpack.unpackb(robot.receive_bytes()))
    assert told[0]["trained_cameras"]["system1"]["height"] == [0.6, 0.6]
    assert [answer["warnings"] for answer in told] == [[], ["system1: camera height 1.2 m, learned from 0.6"]]


def changed(config: TrainSystem1Config, **fields) -> TrainSystem1Config:
    return TrainSystem1Config.model_validate(config.model_dump() | fields)


def test_a_training_leaves_checkpoints_log_curve_and_report(trained, small):
    left = read(trained)
    assert checkpoint.load(left.best).config == small.network
    cameras = read_cameras(left.best)
    assert cameras == read_cameras(left.last)
    assert (cameras.height, cameras.pitch, cameras.hfov) == ((0.6, 0.6), (15, 15), (69, 69))
    log = left.log()
    assert list(log.step) == [1, 2, 3, 4, 5, 6]
    weighted = 0.8 * log.denoising + 0.2 * log.critic + 0.5 * log.auxiliary_goals
    assert log.loss.tolist() == pytest.approx(weighted.tolist(), rel=1e-5)
    assert (trained / "curve.png").read_bytes().startswith(b"\x89PNG")
    assert list((trained / "tensorboard").glob("events*"))
    report = (trained / "data.txt").read_text()
    assert report.startswith("3 walks of 1 scenes, 155 frames; 0 skipped")
    assert "learned from: 2 walks" in report
    assert json.loads((trained / "training.json").read_text())["samples"] == 30


def test_an_interrupted_training_repeats_the_uninterrupted_one_to_the_bit(
    room_export, small, trained, tmp_path, monkeypatch
):
    def once(learner, folder, **named):
        save_state(learner, folder, **named)
        monkeypatch.undo()
        raise KeyboardInterrupt

    monkeypatch.setattr("vln_pipeline.training.loop.save_state", once)
    with pytest.raises(KeyboardInterrupt):
        run(room_export, small, tmp_path)
    item = run(room_export, small, tmp_path)
    assert (item / "log.jsonl").read_bytes() == (trained / "log.jsonl").read_bytes()
    for which in ("best", "last"):
        ours, theirs = (load_file(folder / which / "model.safetensors") for folder in (item, trained))
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_another_seed_is_another_training_on_the_same_scenes(room_export, small, trained, tmp_path):
    item = run(room_export, small, tmp_path, seed=1)
    assert (item / "data.txt").read_text() == (trained / "data.txt").read_text()
    assert read(item).log().loss[0] != read(trained).log().loss[0]


@pytest.mark.slow
def test_two_processes_give_the_numbers_of_one_with_accumulation(room_export, small, tmp_path):
    two = read(run(room_export, changed(small, processes=2), tmp_path / "two")).log()
    one = read(run(room_export, changed(small, accumulation=2), tmp_path / "one")).log()
    assert len(two) == len(one) == small.steps
    for name in ("loss", "denoising", "critic", "auxiliary_goals", "gradient_norm", "validation/loss"):
        assert two[name].dropna().tolist() == pytest.approx(one[name].dropna().tolist(), rel=1e-5)


@pytest.mark.slow
def test_batches_made_by_other_processes_are_the_same(room_export, small, trained, tmp_path):
    item = run(room_export, changed(small, loader_workers=1), tmp_path)
    assert (item / "log.jsonl").read_bytes() == (trained / "log.jsonl").read_bytes()


def test_training_can_start_from_a_checkpoint(room_export, small, trained, tmp_path):
    config = changed(small, start_from=str(trained / "last"), steps=1, validate_every=1)
    assert read(run(room_export, config, tmp_path)).log().loss[0] < read(trained).log().loss[0]


def test_a_checkpoint_of_another_shape_is_refused(room_export, small, trained, tmp_path):
    network = small.network.model_copy(update={"token_dim": 32})
    config = changed(small, network=network.model_dump(), start_from=str(trained / "last"))
    with pytest.raises(DataError, match=r"last/model.safetensors: does not fit the network: .* of another shape"):
        run(room_export, config, tmp_path)


def test_an_empty_folder_is_refused(small, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="there is no dataset at or under it"):
        run(tmp_path / "empty", small, tmp_path)


def test_a_diverging_training_names_step_and_walks(room_export, small, tmp_path):
    config = changed(small, optimiser={"learning_rates": {"*": 1e30}})
    with pytest.raises(DataError, match=r"seed 0, step \d: .*not finite .*; the batch is of room/episode_00000"):
        run(room_export, config, tmp_path)


def test_an_unused_learning_rate_is_refused(room_export, small, tmp_path):
    config = changed(small, optimiser={"learning_rates": {"*": 1e-4, "llm.*": 1e-5}})
    with pytest.raises(DataError, match=r'learning_rates\["llm.\*"\]: unused'):
        run(room_export, config, tmp_path)


def test_a_full_disk_is_told_as_such(room_export, small, tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(train.checkpoint, "save", full)
    with pytest.raises(OSError, match="No space left") as raised:
        run(room_export, small, tmp_path)
    assert raised.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("fields", "cause"),
    [
        ({"network": {"goals": ["point"]}}, "are not the same kinds"),
        ({"cache_rgb_tokens": True, "network": {"freeze_rgb": False}}, "cache_rgb_tokens needs network.freeze_rgb"),
        ({"seeds": [1, 1]}, "names something twice"),
    ],
)
def test_parameters_that_do_not_fit_each_other_are_refused(fields, cause):
    with pytest.raises(ValueError, match=cause):
        TrainSystem1Config.model_validate(fields)
