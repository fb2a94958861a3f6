import json
import os
from pathlib import Path

import pytest
import torch
from planned_paths import BASE, CAMERAS, SYSTEM2, Interrupted, train
from safetensors.torch import load_file

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge import checkpoint
from vln_pipeline.models.bridge.build import config_of
from vln_pipeline.models.navdp import checkpoint as navdp_checkpoint
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.trained_cameras import read_cameras
from vln_pipeline.training.joint.config import TrainJointConfig
from vln_pipeline.training.joint.start import fresh_network, frozen_system2
from vln_pipeline.training.launch import launch

torch.set_num_threads(1)
KINDS = ("nextdit_async", "nextdit", "navdp_async")


def config(kind="nextdit_async", **changes):
    model = BASE.model.model_dump() | {"system1": kind}
    return TrainJointConfig.model_validate(BASE.model_dump() | {"model": model} | changes)


def log(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    train(str(folder), config().model_dump_json())
    return folder


def test_a_training_leaves_checkpoints_log_and_figures(whole):
    lines = log(whole)
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [line["step"] for line in lines if "validation/path_error" in line] == [3, 6]
    assert lines[2]["validation/path_error"] > 0
    network = checkpoint.load(max(whole.glob("best-*")))
    assert read_cameras(max(whole.glob("best-*"))) == read_cameras(whole / "last") == CAMERAS
    assert config_of(network).system1 == "nextdit_async"
    assert network.latent_queries.shape == (1, 4, SYSTEM2.tiny.width)
    assert json.loads((whole / "training.json").read_text())["system1"] == "nextdit_async"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_variant_learns(tmp_path, kind):
    train(str(tmp_path), config(kind, steps=40, validate_every=20).model_dump_json())
    losses = [line["loss"] for line in log(tmp_path)]
    assert sum(losses[-8:]) < 0.9 * sum(losses[:8])
    assert config_of(checkpoint.load(tmp_path / "last")).system1 == kind


@pytest.mark.parametrize("stop", [1, 5])
def test_an_interrupted_training_repeats_the_uninterrupted_one_to_the_bit(tmp_path, whole, stop):
    with pytest.raises(Interrupted):
        train(str(tmp_path), config().model_dump_json(), stop_at=stop)
    train(str(tmp_path), config().model_dump_json())
    assert (tmp_path / "log.jsonl").read_bytes() == (whole / "log.jsonl").read_bytes()
    ours, theirs = (load_file(folder / "last/model.safetensors") for folder in (tmp_path, whole))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["nextdit_async", "navdp_async"])
def test_two_processes_give_the_numbers_of_one_with_accumulation(tmp_path, monkeypatch, kind):
    paths = os.pathsep.join((str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")))
    monkeypatch.setenv("PYTHONPATH", paths)
    two = config(kind, processes=2).model_dump_json()
    launch("planned_paths", {"folder": str(tmp_path / "two"), "config": two}, 2, tmp_path / "launch", 2)
    train(str(tmp_path / "one"), config(kind, accumulation=2).model_dump_json())
    for ours, theirs in zip(log(tmp_path / "two"), log(tmp_path / "one"), strict=True):
        for name in ("loss", "gradient_norm"):
            assert ours[name] == pytest.approx(theirs[name], rel=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_32_paths_are_learned_by_heart_to_less_than_5_cm(tmp_path, kind):
    rates = {"learning_rates": {"*": 2e-3}, "ema_decay": 0.99}
    steps = 2500 if kind == "navdp_async" else 1500  # diffusion in few steps is learned more slowly than a flow
    told = config(
        kind,
        steps=steps,
        batch_size=16,
        validate_every=steps,
        validation_batches=4,
        save_every=steps,
        report_every=500,
        optimiser=rates,
        way={"horizon": 1.6, "frames": 1 if kind == "nextdit" else 12},  # a plan alone does not tell frames apart
        schedule={"kind": "cosine", "warmup_steps": 50, "decay_steps": None, "final": 0.01},
    )
    train(str(tmp_path), told.model_dump_json(), number=32)
    assert log(tmp_path)[-1]["validation/path_error"] < 0.05


def test_without_a_system2_there_is_nothing_to_follow():
    with pytest.raises(DataError, match=r"there is no trained System 2; .*train_system2 first"):
        frozen_system2(config(system2=None), None)


@pytest.mark.parametrize("kind", KINDS)
def test_latent_queries_start_as_large_as_asked(kind):
    queries = []
    for scale in (1.0, 0.1):
        torch.manual_seed(5)
        queries.append(fresh_network(config(kind, query_scale=scale), 64, None)[0].latent_queries)
    assert torch.allclose(queries[1], 0.1 * queries[0])


def test_weights_of_the_separately_trained_system1_are_taken_over(tmp_path):
    torch.manual_seed(5)
    shape = NavdpConfig(
        image_size=28,
        patch_size=14,
        position_grid=2,
        vit_dim=32,
        vit_depth=1,
        vit_heads=2,
        token_dim=32,
        memory_size=1,
        predict_size=6,
        decoder_depth=2,
        heads=2,
        feedforward=64,
        former_layers=1,
        former_feedforward=64,
    )
    system1 = NavdpNetwork(shape)
    navdp_checkpoint.save(system1, tmp_path)
    file, theirs = tmp_path / navdp_checkpoint.WEIGHTS, system1.state_dict()
    network, taken = fresh_network(config("navdp_async"), 64, file)
    own = network.state_dict()
    assert {"navdp.decoder.layers.1.linear1.weight", "navdp.rgbd_encoder.depth_model.cls_token"} <= set(taken)
    assert "navdp.rgbd_encoder.former_pe.weight" not in taken  # of another number of frames
    assert all(torch.equal(own[name], theirs[name.removeprefix("navdp.")]) for name in taken)
    network, taken = fresh_network(config(), 64, file)
    assert {name.partition(".")[0] for name in taken} == {"rgb_model"}
    assert torch.equal(network.state_dict()["rgb_model.norm.weight"], theirs["rgbd_encoder.rgb_model.norm.weight"])
    assert fresh_network(config("nextdit"), 64, file)[1] == []
    assert fresh_network(config(from_system1=False), 64, file)[1] == []


def test_what_nothing_runs_does_not_learn():
    for kind in KINDS:
        network, _ = fresh_network(config(kind), 64, None)
        assert not any(p.requires_grad for part in network.unused for p in part.parameters())


def test_a_checkpoint_of_another_shape_is_refused(whole):
    start = str(whole / "last")
    network, _ = fresh_network(config(start_from=start), 64, None)
    assert torch.equal(network.latent_queries, checkpoint.load(whole / "last").latent_queries)
    for changed in (config("nextdit", start_from=start), config(start_from=start)):
        with pytest.raises(DataError, match="does not fit the network"):
            fresh_network(changed, 64 if changed.model.system1 == "nextdit" else 80, None)


def test_image_weights_need_an_encoder_of_images(tmp_path):
    with pytest.raises(DataError, match="no encoder of images"):
        fresh_network(config("nextdit", rgb_weights=str(tmp_path / "none.pth")), 64, None)
    with pytest.raises(DataError, match="there is no such file"):
        fresh_network(config(rgb_weights=str(tmp_path / "none.pth")), 64, None)


def test_an_unused_learning_rate_is_refused(tmp_path):
    rates = {"learning_rates": {"*": 1e-4, "llm.*": 1e-5}}
    with pytest.raises(DataError, match=r'learning_rates\["llm.\*"\]: unused'):
        train(str(tmp_path), config(optimiser=rates).model_dump_json())


def test_paths_that_would_be_clipped_are_refused():
    with pytest.raises(ValueError, match=r"way.horizon 3.3 m is beyond the 2.0 m that navdp_async can sample"):
        config("navdp_async", way={"horizon": 3.3})
    assert config("nextdit_async", way={"horizon": 3.3}).way.horizon == 3.3
