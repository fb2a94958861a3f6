"""Trainings of Seq2Seq, CMA and RDP on drawn walks: learning, resuming, sharing, starting."""

import json
import os
from pathlib import Path

import pytest
import torch
from drawn_walks import Interrupted, begin, config, samples, train
from safetensors.torch import load_file, save_file

from vln_pipeline.errors import DataError
from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.rdp.network import Rdp
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.models.single_system import checkpoint
from vln_pipeline.models.single_system.official import official_weights
from vln_pipeline.training.launch import launch
from vln_pipeline.training.sequence_batch import collate

KINDS = {"seq2seq": Seq2Seq, "cma": Cma, "rdp": Rdp}


def log(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def state(folder):
    return load_file(max(folder.glob("step-*")) / "tensors.safetensors")


@pytest.fixture(scope="module", params=KINDS)
def whole(request, tmp_path_factory):
    """Return a system and the folder of its uninterrupted training."""
    folder = tmp_path_factory.mktemp("whole")
    train(str(folder), request.param, config(request.param).model_dump_json())
    return request.param, folder


def test_the_loss_falls_and_actions_are_judged(whole):
    _, folder = whole
    lines = log(folder)
    assert lines[-1]["loss"] < lines[0]["loss"]
    judged = [line["step"] for line in lines if "validation/action_accuracy" in line]
    assert judged == [3, 6]
    assert 0 <= lines[-1]["validation/action_accuracy"] <= 1


def test_an_interrupted_training_repeats_the_uninterrupted_one_to_the_bit(whole, tmp_path):
    system, folder = whole
    with pytest.raises(Interrupted):
        train(str(tmp_path), system, config(system).model_dump_json(), stop_at=5)
    train(str(tmp_path), system, config(system).model_dump_json())
    assert (tmp_path / "log.jsonl").read_bytes() == (folder / "log.jsonl").read_bytes()
    ours, theirs = state(tmp_path), state(folder)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_what_was_trained_comes_back_with_its_words_and_starts_another_training(whole, tmp_path):
    system, folder = whole
    network, words = checkpoint.load(folder / "last", KINDS[system])
    assert words.size == network.vocabulary == 320
    again, _, _ = begin(system, config(system, start_from=str(folder / "last")))
    assert all(torch.equal(value, again.state_dict()[name]) for name, value in network.state_dict().items())
    save_file(official_weights(network), tmp_path / "published.safetensors")
    taken, _, _ = begin(system, config(system, start_from=str(tmp_path / "published.safetensors")))
    assert all(torch.equal(value, taken.state_dict()[name]) for name, value in network.state_dict().items())


def test_a_checkpoint_of_another_system_is_refused(whole):
    """A CMA was named where a Seq2Seq was asked for, and the fault was a list of a hundred names."""
    system, folder = whole
    other = next(name for name in KINDS if name != system)
    with pytest.raises(DataError, match=f"is of the system {system}, not {other}"):
        checkpoint.load(folder / "last", KINDS[other])
    with pytest.raises(DataError, match=f"is of the system {system}, not {other}"):
        begin(other, config(other, start_from=str(folder / "last")))


def test_a_start_of_another_shape_or_other_words_is_refused(whole, tmp_path):
    system, folder = whole
    small = config(system).network.model_dump(mode="json")
    small["depth"]["output"] = 24
    with pytest.raises(DataError, match="another shape than the parameter network"):
        begin(system, config(system, network=small, start_from=str(folder / "last")))
    network, _ = checkpoint.load(folder / "last", KINDS[system])
    save_file(official_weights(network), tmp_path / "published.safetensors")
    told = config(system, words={"trained": 330}, start_from=str(tmp_path / "published.safetensors"))
    with pytest.raises(DataError, match="knows 320 words"):
        begin(system, told)


@pytest.mark.parametrize("system", KINDS)
def test_frozen_encoders_do_not_move(system, tmp_path):
    shape = config(system).network.model_dump(mode="json")
    parts = ("rgb", "depth", "text") if system == "rdp" else ("rgb", "depth", "instruction")
    for part in parts:
        shape[part]["frozen"] = True
    told = config(system, network=shape, steps=1, validate_every=9)
    before = begin(system, told)[0].state_dict()
    train(str(tmp_path), system, told.model_dump_json())
    after = checkpoint.load(tmp_path / "last", KINDS[system])[0].state_dict()
    still = {name for name, value in after.items() if torch.equal(value, before[name])}
    moved = set(after) - still
    for name in after:
        encoder = ".cnn." in name or "compression" in name or "embedding_layer" in name
        encoder |= system == "rdp" and name.startswith(("instruction_encoder.", "image_encoder.image_transformer."))
        assert (name in still) or not encoder, name
    assert any("state_encoder" in name for name in moved)


@pytest.mark.parametrize("system", ["seq2seq", "cma"])
@pytest.mark.parametrize(
    "changes", [{"losses": {"inflection": 9.0}}, {"losses": {"progress": 5.0}}, {"own_actions": 0.9}]
)
def test_every_loss_parameter_reaches_the_loss(system, changes):
    shape = config(system).network.model_dump(mode="json")
    if system == "seq2seq":
        shape["previous_action"] = True
    found = []
    for told in (config(system, network=shape), config(system, network=shape, **changes)):
        network, words, objective = begin(system, told)
        torch.manual_seed(1)
        found.append(objective(torch.device("cpu"))(network, collate(samples(words, 4)))["loss"].item())
    assert found[0] != pytest.approx(found[1], rel=1e-5)


@pytest.mark.parametrize(
    "changes",
    [
        {"losses": {"progress": 3.0}},
        {"losses": {"stop": 1.0}},
        {"network": {"hidden_share": 0.9}},
        {"network": {"diffusion_steps": 5}},
        {"network": {"env_drop": 0.5}},
        {"network": {"dropout": 0.5}},
        {"network": {"embedding_dropout": 0.5}},
    ],
)
def test_every_loss_parameter_of_rdp_reaches_the_loss(changes):
    shape = config("rdp").network.model_dump(mode="json")
    changed = {"losses": changes.get("losses", {}), "network": shape | changes.get("network", {})}
    found = []
    for told in (config("rdp"), config("rdp", **changed)):
        network, words, objective = begin("rdp", told)
        torch.manual_seed(1)
        found.append(objective(torch.device("cpu"))(network.train(), collate(samples(words, 4)))["loss"].item())
    assert found[0] != pytest.approx(found[1], rel=1e-5)


def test_told_actions_need_a_network_that_is_told_them():
    with pytest.raises(ValueError, match="own_actions needs network"):
        config("seq2seq", own_actions=0.5)


@pytest.mark.slow
@pytest.mark.parametrize("system", KINDS)
def test_two_processes_learn_what_one_does(system, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    one, two = config(system, steps=4, batch_size=2, accumulation=2), config(system, steps=4, batch_size=2, processes=2)
    train(str(tmp_path / "one"), system, one.model_dump_json())
    order = {"folder": str(tmp_path / "two"), "system": system, "told": two.model_dump_json()}
    launch("drawn_walks", order, 2, tmp_path / "launch", threads=2)
    ours, theirs = ([line["loss"] for line in log(tmp_path / name)] for name in ("one", "two"))
    assert ours == pytest.approx(theirs, abs=1e-5)
    kept = [checkpoint.load(tmp_path / name / "last", KINDS[system])[0].state_dict() for name in ("one", "two")]
    for name, weight in kept[0].items():
        torch.testing.assert_close(kept[1][name], weight, atol=1e-5, rtol=0, msg=name)


@pytest.mark.slow
@pytest.mark.parametrize(("system", "steps"), [("seq2seq", 200), ("cma", 200), ("rdp", 500)])
def test_sixteen_walks_are_learned_by_heart(system, steps, tmp_path):
    told = config(
        system,
        steps=steps,
        batch_size=16,
        validate_every=steps,
        save_every=steps,
        optimiser={"learning_rates": {"*": 3e-3}},
        schedule={"kind": "cosine", "warmup_steps": 20, "decay_steps": None, "final": 0.02},
    )
    train(str(tmp_path), system, told.model_dump_json(), number=16)
    assert log(tmp_path)[-1]["validation/action_accuracy"] >= 0.95
