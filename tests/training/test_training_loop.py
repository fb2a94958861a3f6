import sys
from itertools import count
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch.nn.functional import mse_loss
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


def test_gradients_are_clipped_to_the_norm_that_is_told(tmp_path, whole):
    # Adam divides by the gradient's size; far below its epsilon of 1e-8 the steps vanish.
    config = BASE.model_copy(update={"optimiser": BASE.optimiser.model_copy(update={"clip_norm": 1e-12})})
    training(tmp_path, config, ALONE).run()
    assert log(tmp_path)[-1]["validation/loss"] > 0.99 * log(tmp_path)[3]["validation/loss"]
    assert log(tmp_path)[0]["gradient_norm"] == log(whole)[0]["gradient_norm"]


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


class Uneven(Lines):
    """Batches of seven samples and of one in turn, or each two of these as one."""

    def __init__(self, paired: bool) -> None:
        super().__init__()
        self.paired = paired

    def read(self, first, stride):
        for number in count(first, stride):
            parts = (2 * number, 2 * number + 1) if self.paired else (number,)
            drawn = [(next(Lines.read(self, part, 1)), (7, 1)[part % 2]) for part in parts]
            yield tuple(torch.cat(columns) for columns in zip(*((x[:n], y[:n]) for (x, y), n in drawn), strict=True))


def test_micro_batches_count_by_their_weight(tmp_path):
    """A mean over tokens of a small batch counted as much as that of a large one: 16 x 1 was 34 % off 1 x 16."""

    def weighed(model, batch):
        x, y = batch
        return {"loss": mse_loss(model.eval()(x), y), "weight": torch.tensor(float(len(x)))}

    plain = BASE.model_copy(update={"steps": 3, "validate_every": 3})
    training(tmp_path / "whole", plain, ALONE, Uneven(paired=True), weighed).run()
    halves = plain.model_copy(update={"accumulation": 2})
    training(tmp_path / "halves", halves, ALONE, Uneven(paired=False), weighed).run()
    whole, halves = (log(tmp_path / name) for name in ("whole", "halves"))
    assert [line["loss"] for line in halves] == pytest.approx([line["loss"] for line in whole], rel=1e-5)
    assert [line["gradient_norm"] for line in halves] == pytest.approx(
        [line["gradient_norm"] for line in whole], rel=1e-4
    )
    assert "weight" not in halves[0]


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
