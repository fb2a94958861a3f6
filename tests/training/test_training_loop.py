import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from toy_course import BASE, Interrupted, Lines, log, training

from vln_pipeline.errors import DataError
from vln_pipeline.training.ranks import Ranks
from vln_pipeline.training.saved_states import best_folder, state_folder
from vln_pipeline.training.trained import BOARD, LOG

ALONE = Ranks(0, 1, torch.device("cpu"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    training(folder, BASE, ALONE).run()
    return folder


def tensors(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(state_folder(folder, BASE.steps) / "tensors.safetensors")


def test_the_loss_falls_and_every_step_is_logged(whole):
    lines = log(whole)
    assert [line["step"] for line in lines] == list(range(1, 13))
    assert lines[-1]["validation/loss"] < 0.9 * lines[3]["validation/loss"]
    assert [line["step"] for line in lines if "validation/loss" in line] == [4, 8, 12]


def test_the_learning_rate_follows_the_schedule(whole):
    rates = [line["learning_rate"] for line in log(whole)]
    assert rates[:4] == pytest.approx([0.005, 0.01, 0.01, 0.01 * (1 - 0.5 / 8)])
    assert rates[-2:] == pytest.approx([0.005, 0.005])


@pytest.mark.parametrize("stop", [1, 5, 7])
def test_an_interrupted_training_repeats_the_uninterrupted_one_to_the_bit(tmp_path, whole, stop):
    with pytest.raises(Interrupted):
        training(tmp_path, BASE, ALONE, Lines(stop_at=stop)).run()
    again = training(tmp_path, BASE, ALONE)
    again.run()
    assert (tmp_path / LOG).read_bytes() == (whole / LOG).read_bytes()
    ours, theirs = tensors(tmp_path), tensors(whole)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_it_goes_on_from_the_last_saved_state(tmp_path):
    with pytest.raises(Interrupted):
        training(tmp_path, BASE, ALONE, Lines(stop_at=7)).run()
    seen = Lines()
    first = []
    read = seen.read
    seen.read = lambda start, stride: first.append(start) or read(start, stride)
    training(tmp_path, BASE, ALONE, seen).run()
    assert first == [6]


def test_a_finished_training_does_nothing_more(tmp_path, whole):
    before = (whole / LOG).read_bytes()
    training(whole, BASE, ALONE, Lines(stop_at=12)).run()
    assert (whole / LOG).read_bytes() == before


def test_the_best_model_is_the_running_mean_where_validation_was_best(whole):
    best = load_file(best_folder(whole, 12) / "model.safetensors")
    state = tensors(whole)
    losses = {line["step"]: line["validation/loss"] for line in log(whole) if "validation/loss" in line}
    assert min(losses, key=losses.get) == 12
    assert all(torch.equal(best[name], state[f"mean/{name}"]) for name in best)
    assert not torch.equal(best["0.weight"], state["model/0.weight"])


def test_accumulated_batches_are_one_step(tmp_path):
    config = BASE.model_copy(update={"steps": 4, "accumulation": 3})
    seen = Lines(stop_at=12)
    training(tmp_path, config, ALONE, seen).run()
    assert len(log(tmp_path)) == 4


def test_a_loss_that_is_not_a_number_names_the_step_and_the_samples(tmp_path):
    with pytest.raises(DataError, match=r"toy, step 6: .*not finite \(loss nan, half nan\).*line 5"):
        training(tmp_path, BASE, ALONE, Lines(spoiled=5)).run()


def test_tensorboard_gets_what_is_reported(whole):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(whole / BOARD))
    events.Reload()
    assert [e.step for e in events.Scalars("loss")] == [2, 4, 6, 8, 10, 12]
    assert events.Scalars("loss")[0].value == pytest.approx(log(whole)[1]["loss"])


def test_mlflow_is_needed_only_when_asked_for(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(DataError, match=r"mlflow: the package is not installed"):
        training(tmp_path, BASE.model_copy(update={"mlflow": str(tmp_path)}), ALONE).run()
