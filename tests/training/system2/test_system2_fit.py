import json
import os
import sys
from pathlib import Path

import pytest
import torch
from handmade import BASE, CAMERAS, MODEL, Interrupted, data, train
from safetensors.torch import load_file

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.config import System2Config
from vln_pipeline.models.system2.generate import System2
from vln_pipeline.models.system2.load import load
from vln_pipeline.models.trained_cameras import read_cameras
from vln_pipeline.training.launch import launch
from vln_pipeline.training.optimiser import BASE_RATE, build_optimiser
from vln_pipeline.training.system2.config import TrainSystem2Config
from vln_pipeline.training.system2.objective import System2Objective
from vln_pipeline.training.system2.start import fresh_parts


def config(**changes):
    return TrainSystem2Config.model_validate(BASE.model_dump() | changes)


def log(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def state(folder):
    newest = max(folder.glob("step-*"))
    return load_file(newest / "tensors.safetensors")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    train(str(folder), BASE.model_dump_json())
    return folder


def test_the_loss_falls_and_answers_are_judged(whole):
    lines = log(whole)
    assert lines[-1]["loss"] < lines[0]["loss"]
    judged = {name.removeprefix("validation/") for name in lines[-1] if name.startswith("validation/")}
    assert {"exact", "parsed", "turn_accuracy", "stop_precision", "stop_recall"} <= judged
    assert {"pixel_error", "pixel_error_m", "loss", "token_accuracy"} <= judged
    assert [line["step"] for line in lines if "validation/loss" in line] == [3, 6]


def test_weights_that_are_shared_are_told_once_and_go_on_together(tmp_path):
    tied = config(model=MODEL.model_dump() | {"tiny": MODEL.tiny.model_dump() | {"tied": True}}, steps=4)
    train(str(tmp_path / "whole"), tied.model_dump_json())
    with pytest.raises(Interrupted):
        train(str(tmp_path / "parts"), tied.model_dump_json(), stop_at=3)
    train(str(tmp_path / "parts"), tied.model_dump_json())
    assert (tmp_path / "parts" / "log.jsonl").read_bytes() == (tmp_path / "whole" / "log.jsonl").read_bytes()
    back = load(System2Config(source=str(tmp_path / "whole" / "last"))).model
    assert back.lm_head.weight.data_ptr() == back.get_input_embeddings().weight.data_ptr()


def test_what_was_trained_is_loaded_as_it_was_shown_and_asked(whole):
    back = load(System2Config(source=str(whole / "last")))
    assert back.dialogue == MODEL.dialogue
    assert read_cameras(whole / "last") == CAMERAS
    trained = {name.removeprefix("model/"): value for name, value in state(whole).items() if name.startswith("model/")}
    weights = back.model.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in trained.items())
    assert System2(back).hidden_size == MODEL.tiny.width


@pytest.mark.parametrize("stop", [1, 5])
def test_an_interrupted_training_repeats_the_uninterrupted_one_to_the_bit(tmp_path, whole, stop):
    with pytest.raises(Interrupted):
        train(str(tmp_path), BASE.model_dump_json(), stop_at=stop)
    train(str(tmp_path), BASE.model_dump_json())
    assert (tmp_path / "log.jsonl").read_bytes() == (whole / "log.jsonl").read_bytes()
    ours, theirs = state(tmp_path), state(whole)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


@pytest.mark.parametrize(
    ("flags", "learning"),
    [
        ({"train_vision": False}, {"merger", "llm"}),
        ({"train_merger": False}, {"vision", "llm"}),
        ({"train_llm": False}, {"vision", "merger"}),
        ({"train_vision": False, "train_llm": False}, {"merger"}),
    ],
)
def test_what_is_frozen_does_not_move(tmp_path, flags, learning):
    told = config(steps=1, validate_every=9, **flags)
    train(str(tmp_path), told.model_dump_json())
    before, after = fresh_parts(told).model, load(System2Config(source=str(tmp_path / "last"))).model
    moved = {part(name) for name, p in after.named_parameters() if not torch.equal(p, before.get_parameter(name))}
    assert moved == learning
    told_of = {part(name.removeprefix("model/")) for name in state(tmp_path) if name.startswith("model/")}
    assert told_of == learning, "the state holds only what is trained"


def part(name):
    if not name.startswith("model.visual."):
        return "llm"
    return "merger" if ".merger." in name else "vision"


def test_learning_rates_reach_their_groups():
    rates = {"*": 2e-5, "model.visual.*": 5e-6, "model.visual.merger.*": 1e-4, "lm_head.*": 3e-4}
    model = fresh_parts(config()).model
    optimiser = build_optimiser(model, config(optimiser={"learning_rates": rates}).optimiser)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = {names[id(p)]: group[BASE_RATE] for group in optimiser.param_groups for p in group["params"]}
    assert found.keys() == dict(model.named_parameters()).keys()
    for name, rate in found.items():
        wanted = {"vision": 5e-6, "merger": 1e-4, "llm": 3e-4 if name.startswith("lm_head") else 2e-5}[part(name)]
        assert rate == wanted, name


def test_a_learning_rate_for_what_is_frozen_is_told():
    told = config(train_vision=False, optimiser={"learning_rates": {"*": 1e-4, "model.visual.blocks.*": 1e-5}})
    with pytest.raises(DataError, match="matches no trained parameter"):
        build_optimiser(fresh_parts(told).model, told.optimiser)


def gradients(told):
    parts = fresh_parts(told)
    batch = next(data(parts, told).batches.read(0, 1))
    System2Objective(torch.device("cpu"))(parts.model.train(), batch)["loss"].backward()
    return {name: parameter.grad for name, parameter in parts.model.named_parameters()}


def test_checkpointed_activations_give_the_same_gradients():
    plain, checkpointed = gradients(config()), gradients(config(gradient_checkpointing=True))
    for name, gradient in plain.items():
        torch.testing.assert_close(checkpointed[name], gradient, msg=name)


def test_frozen_weights_in_bf16_train_beside_others_in_fp32(tmp_path):
    told = config(steps=2, weights="bf16", precision="bf16", train_vision=False, train_merger=False)
    model = fresh_parts(told).model
    assert {part(name) for name, p in model.named_parameters() if p.dtype == torch.bfloat16} == {"vision", "merger"}
    train(str(tmp_path), told.model_dump_json())
    assert log(tmp_path)[-1]["loss"] > 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"train_vision": False, "train_merger": False, "train_llm": False}, "nothing would learn"),
        ({"lora": {}, "train_llm": False}, "train_llm is off"),
        ({"sharding": "fsdp", "optimiser": {"ema_decay": 0.9}}, "ema_decay"),
    ],
)
def test_contradictions_are_told(changes, told):
    with pytest.raises(ValueError, match=told):
        config(**changes)


def test_low_rank_updates_need_peft(monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    with pytest.raises(DataError, match="peft is not installed"):
        fresh_parts(config(lora={}))


def test_low_rank_updates_are_merged_into_what_is_kept(tmp_path):
    pytest.importorskip("peft", reason="needs the extra lora")
    told = config(lora={"rank": 4}, train_vision=False, steps=3, optimiser={"learning_rates": {"*": 1e-2}})
    train(str(tmp_path), told.model_dump_json())
    kept = load(System2Config(source=str(tmp_path / "last")))
    started = load(MODEL)
    moved = {name for name, p in kept.model.named_parameters() if not torch.equal(p, started.model.get_parameter(name))}
    assert {part(name) for name in moved} == {"merger", "llm"}
    assert all(".language_model.layers." in name for name in moved if part(name) == "llm")
    parts = fresh_parts(told)
    trained = {name.removeprefix("model/"): value for name, value in state(tmp_path).items() if "/" in name}
    parts.model.load_state_dict({name: trained[name] for name in parts.model.state_dict()})
    objective = System2Objective(torch.device("cpu"))
    batch = data(parts, told).validation
    losses = [objective(m.eval(), next(batch.read(0, 1)))["loss"] for m in (parts.model, kept.model)]
    torch.testing.assert_close(*losses, atol=1e-5, rtol=0)


def test_layers_that_are_not_there_cannot_be_updated():
    pytest.importorskip("peft", reason="needs the extra lora")
    with pytest.raises(DataError, match=r"lora\.layers: no layer"):
        fresh_parts(config(lora={"layers": ["nothing"]}))


@pytest.mark.slow
@pytest.mark.parametrize("sharding", ["none", "zero2", "fsdp"])
def test_two_processes_learn_what_one_does(tmp_path, monkeypatch, sharding):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]))
    one, two = (
        config(steps=4, batch_size=2, accumulation=2),
        config(steps=4, batch_size=2, processes=2, sharding=sharding),
    )
    train(str(tmp_path / "one"), one.model_dump_json())
    order = {"folder": str(tmp_path / "two"), "config": two.model_dump_json()}
    launch("handmade", order, 2, tmp_path / "launch", threads=2)
    ours, theirs = (([line["loss"] for line in log(tmp_path / name)]) for name in ("one", "two"))
    assert ours == pytest.approx(theirs, abs=1e-4)
    kept = [load(System2Config(source=str(tmp_path / name / "last"))).model for name in ("one", "two")]
    for name, weight in kept[0].named_parameters():
        torch.testing.assert_close(kept[1].get_parameter(name), weight, atol=1e-4, rtol=0, msg=name)
    whole, again = state(tmp_path / "two"), config(steps=6, batch_size=2, processes=2, sharding=sharding)
    launch("handmade", order | {"config": again.model_dump_json()}, 2, tmp_path / "launch", threads=2)
    assert [line["step"] for line in log(tmp_path / "two")] == [1, 2, 3, 4, 5, 6], "it goes on from its state"
    assert whole.keys() == state(tmp_path / "two").keys() == state(tmp_path / "one").keys()


@pytest.mark.slow
def test_thirty_two_samples_are_learned_by_heart(tmp_path):
    told = config(
        steps=150,
        batch_size=32,
        validate_every=150,
        save_every=150,
        answered_samples=32,
        optimiser={"learning_rates": {"*": 3e-3}},
        schedule={"kind": "cosine", "warmup_steps": 20, "decay_steps": None, "final": 0.02},
    )
    train(str(tmp_path), told.model_dump_json(), number=32)
    assert log(tmp_path)[-1]["validation/exact"] >= 0.95
