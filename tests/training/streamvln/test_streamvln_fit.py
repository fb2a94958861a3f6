import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from streamvln_training import BASE, Interrupted, train
from tiny_stream import MODEL
from windowed_walks import walk, write_walks

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.config import StreamVlnConfig
from vln_pipeline.models.streamvln.load import load
from vln_pipeline.models.system2.processing import IGNORE
from vln_pipeline.training.launch import launch
from vln_pipeline.training.optimiser import BASE_RATE, build_optimiser
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig
from vln_pipeline.training.streamvln.objective import StreamVlnObjective
from vln_pipeline.training.streamvln.start import PARTS, fresh_parts
from vln_pipeline.training.streamvln_batch import StreamVlnBatch


def config(**changes):
    return TrainStreamVlnConfig.model_validate(BASE.model_dump() | changes)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("traj_data")
    write_walks(folder / "r2r/house", [walk(20), walk(40, seed=1), walk(12, seed=2)])
    write_walks(folder / "r2r/flat", [walk(9, seed=3)])
    return str(folder)


def log(folder):
    return [json.loads(line) for line in (Path(folder) / "log.jsonl").read_text().splitlines()]


def state(folder):
    return load_file(max(Path(folder).glob("step-*")) / "tensors.safetensors")


@pytest.fixture(scope="module")
def whole(tmp_path_factory, root):
    folder = tmp_path_factory.mktemp("whole")
    train(str(folder), BASE.model_dump_json(), root)
    return folder


def test_the_loss_falls_and_strings_are_judged(whole):
    lines = log(whole)
    assert lines[-1]["loss"] < lines[0]["loss"]
    assert [line["step"] for line in lines if "validation/strings" in line] == [3, 6]
    assert lines[-1]["learning_rate"] == pytest.approx(
        1e-3 * (1 - 0.9 * 0.5 * (1 - torch.cos(torch.tensor(0.75 * torch.pi))))
    )


def test_an_interrupted_training_repeats_the_uninterrupted_one_to_the_bit(tmp_path, whole, root):
    with pytest.raises(Interrupted):
        train(str(tmp_path), BASE.model_dump_json(), root, stop_at=5)
    train(str(tmp_path), BASE.model_dump_json(), root)
    assert (tmp_path / "log.jsonl").read_bytes() == (whole / "log.jsonl").read_bytes()
    ours, theirs = state(tmp_path), state(whole)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_what_was_trained_is_loaded_as_it_was_shown_and_asked(whole):
    back = load(StreamVlnConfig(source=str(whole / "last")))
    assert back.dialogue == MODEL.dialogue
    trained = {name.removeprefix("model/"): value for name, value in state(whole).items() if name.startswith("model/")}
    weights = back.model.state_dict()
    assert all(torch.equal(weights[name], value) for name, value in trained.items())


@pytest.mark.parametrize("parts", [["mm_vision_tower"], ["mm_mlp_adapter", "mm_language_model"]])
def test_only_tunable_parts_move(tmp_path, root, parts):
    told = config(steps=1, validate_every=9, mm_tunable_parts=parts)
    train(str(tmp_path), told.model_dump_json(), root)
    before, after = fresh_parts(told).model, load(StreamVlnConfig(source=str(tmp_path / "last"))).model
    moved = {
        name.split(".")[0] + "."
        for name, p in after.named_parameters()
        if not torch.equal(p, before.get_parameter(name))
    }
    assert moved == {PARTS[part] for part in parts}


def test_learning_rates_reach_their_parts():
    rates = {"*": 2e-5, "vision.*": 5e-6, "projector.*": 1e-4}
    model = fresh_parts(config()).model
    optimiser = build_optimiser(model, config(optimiser={"learning_rates": rates}).optimiser)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    found = {names[id(p)]: group[BASE_RATE] for group in optimiser.param_groups for p in group["params"]}
    unused = {name for name in dict(model.named_parameters()) if name.startswith("vision.post_layernorm")}
    assert found.keys() == dict(model.named_parameters()).keys() - unused
    for name, rate in found.items():
        assert rate == {"vision": 5e-6, "projector": 1e-4, "language": 2e-5}[name.split(".")[0]], name


def test_a_rate_for_a_part_that_does_not_learn_is_told():
    told = config(mm_tunable_parts=["mm_language_model"], optimiser={"learning_rates": {"*": 1e-4, "vision.*": 1e-5}})
    with pytest.raises(DataError, match="matches no trained parameter"):
        build_optimiser(fresh_parts(told).model, told.optimiser)


def batch_of(parts, draw):
    """Return two rows: one with two images, one without any."""
    ids = torch.randint(5, 200, (2, 20), generator=draw)
    ids[0, 3:7] = ids[0, 9:13] = -200
    labels = torch.full_like(ids, IGNORE)
    labels[0, 14:17], labels[1, 5:9], labels[1, 12:14] = ids[0, 14:17], ids[1, 5:9], ids[1, 12:14]
    images = torch.randint(0, 256, (2, 3, 56, 56), dtype=torch.uint8, generator=draw)
    return StreamVlnBatch(ids, labels, images, torch.ones(2, 4, dtype=torch.bool))


def gradients(told):
    parts = fresh_parts(told)
    batch = batch_of(parts, torch.Generator().manual_seed(0))
    StreamVlnObjective(torch.device("cpu"))(parts.model.train(), batch)["loss"].backward()
    return {name: parameter.grad for name, parameter in parts.model.named_parameters()}


def test_checkpointed_activations_give_the_same_gradients():
    plain, checkpointed = gradients(config()), gradients(config(gradient_checkpointing=True))
    for name, gradient in plain.items():
        assert gradient is not None or name.startswith("vision.post_layernorm"), name
        if gradient is not None:
            torch.testing.assert_close(checkpointed[name], gradient, msg=name)


def test_words_without_images_reach_every_weight():
    parts = fresh_parts(config())
    batch = batch_of(parts, torch.Generator().manual_seed(0))
    alone = StreamVlnBatch(batch.input_ids[1:], batch.labels[1:], batch.images[:0], batch.kept[:0])
    StreamVlnObjective(torch.device("cpu"))(parts.model.train(), alone)["loss"].backward()
    without = {name for name, p in parts.model.named_parameters() if p.requires_grad and p.grad is None}
    assert not without


def test_a_string_is_right_when_all_of_its_tokens_are():
    class Says(torch.nn.Module):
        def forward(self, input_ids, images, kept, taught):
            wanted = torch.tensor([1, 2, 3, 4, 5, 6, 7])
            wrong = wanted.clone()
            wrong[1] = 0
            return torch.nn.functional.one_hot(wrong, 8).float()

    labels = torch.full((2, 8), IGNORE)
    labels[0, 1:4], labels[0, 5:6], labels[1, 2:5] = torch.tensor([1, 2, 3]), 4, torch.tensor([5, 6, 7])
    batch = StreamVlnBatch(torch.zeros(2, 8, dtype=torch.int64), labels, torch.zeros(0), torch.zeros(0))
    told = StreamVlnObjective(torch.device("cpu"))(Says(), batch)
    assert told["strings"] == pytest.approx(2 / 3)
    assert told["token_accuracy"] == pytest.approx(6 / 7)
    assert told["weight"] == 7


def test_frozen_weights_in_bf16_train_beside_others_in_fp32(tmp_path, root):
    told = config(steps=2, weights="bf16", precision="bf16", mm_tunable_parts=["mm_language_model"])
    model = fresh_parts(told).model
    assert {name.split(".")[0] for name, p in model.named_parameters() if p.dtype == torch.bfloat16} == {
        "vision",
        "projector",
    }
    train(str(tmp_path), told.model_dump_json(), root)
    assert log(tmp_path)[-1]["loss"] > 0


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"stage": 2}, "data.co_training"),
        ({"stage": 2, "data": {"co_training": "mix.yml"}}, "model.source"),
        ({"data": {"co_training": "mix.yml"}}, "stage=2"),
        ({"stage": 3}, "stage"),
        ({"mm_tunable_parts": []}, "mm_tunable_parts"),
        ({"mm_tunable_parts": ["mm_vision_resampler"]}, "mm_tunable_parts"),
        ({"sharding": "fsdp", "optimiser": {"ema_decay": 0.9}}, "ema_decay"),
    ],
)
def test_contradictions_are_told(changes, told):
    with pytest.raises(ValueError, match=told):
        config(**changes)


def test_stage_two_goes_on_from_stage_one_with_other_tasks(tmp_path, whole, root):
    (tmp_path / "images").mkdir()
    Image.fromarray(np.full((30, 40, 3), 90, np.uint8)).save(tmp_path / "images/grey.png")
    page = {"text_list": ["It is", " grey."], "image_info": [{"image_name": "grey.png", "matched_text_index": 0}]}
    (tmp_path / "mmc4").mkdir()
    (tmp_path / "mmc4/shard.jsonl").write_text(f"{json.dumps(page)}\n" * 6)
    (tmp_path / "mix.yml").write_text(json.dumps({"MMC4_datasets": [{"json_path": str(tmp_path / "mmc4")}]}))
    told = config(
        stage=2,
        batch_size=1,
        model={"source": str(whole / "last")},
        data={
            "mix": "r2r_125cm_0_30",
            "co_training": str(tmp_path / "mix.yml"),
            "media": {"mmc4": str(tmp_path / "images")},
        },
    )
    train(str(tmp_path / "two"), told.model_dump_json(), root)
    report = (tmp_path / "two/data.txt").read_text()
    assert "samples of navigation, 6 samples of mmc4" in report
    before, after = (load(StreamVlnConfig(source=str(folder / "last"))) for folder in (whole, tmp_path / "two"))
    assert after.dialogue == before.dialogue
    assert not torch.equal(before.model.projector[0].weight, after.model.projector[0].weight)
    assert json.loads((tmp_path / "two/training.json").read_text())["stage"] == 2


@pytest.mark.slow
@pytest.mark.parametrize("sharding", ["none", "zero2"])
def test_two_processes_learn_what_one_does(tmp_path, monkeypatch, root, sharding):
    tests = Path(__file__).parents[2]
    folders = ("models/streamvln", "training/system2_data", "training/streamvln_data", "training/streamvln")
    paths = [str(tests / folder) for folder in folders]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([*paths, os.environ.get("PYTHONPATH", "")]))
    one, two = config(steps=4, accumulation=2), config(steps=4, processes=2, sharding=sharding)
    train(str(tmp_path / "one"), one.model_dump_json(), root)
    order = {"folder": str(tmp_path / "two"), "config": two.model_dump_json(), "root": root}
    launch("streamvln_training", order, 2, tmp_path / "launch", threads=2)
    ours, theirs = ([line["loss"] for line in log(tmp_path / name)] for name in ("one", "two"))
    assert ours == pytest.approx(theirs, abs=1e-5)
    kept = [load(StreamVlnConfig(source=str(tmp_path / name / "last"))).model for name in ("one", "two")]
    for name, weight in kept[0].named_parameters():
        torch.testing.assert_close(kept[1].get_parameter(name), weight, atol=1e-5, rtol=0, msg=name)


@pytest.mark.slow
def test_sixteen_walks_are_learned_by_heart(tmp_path):
    """Half of them are longer than a window, so that what is remembered has to be learned, too."""
    walks = [
        walk(36 if n % 2 else 20, seed=n, instruction=f"Follow route {n}: {['left', 'right'][n % 2]}.")
        for n in range(16)
    ]
    write_walks(tmp_path / "traj_data/r2r/house", walks)
    write_walks(tmp_path / "traj_data/r2r/flat", walks)
    told = config(
        steps=400,
        batch_size=12,
        validate_every=400,
        save_every=400,
        validation_batches=2,
        data={"mix": "r2r_125cm_0_30", "augmentation": None},
        optimiser={"learning_rates": {"*": 3e-3}},
        schedule={"kind": "cosine", "warmup_steps": 20, "decay_steps": None, "final": 0.02},
    )
    train(str(tmp_path / "trained"), told.model_dump_json(), str(tmp_path / "traj_data"))
    assert log(tmp_path / "trained")[-1]["validation/strings"] >= 0.95
