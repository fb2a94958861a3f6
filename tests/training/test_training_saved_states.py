"""Saved states are told apart from what a disk or a person made of them, and the training ends as if undisturbed."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from toy_course import BASE, Interrupted, Lines, training

from vln_pipeline.durable import SEAL
from vln_pipeline.errors import DataError
from vln_pipeline.training import saved_states, sealed_folder
from vln_pipeline.training.ranks import Ranks
from vln_pipeline.training.saved_states import best_folder, require_sound_state, state_folder
from vln_pipeline.training.trained import BOARD, LOG

ALONE = Ranks(0, 1, torch.device("cpu"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    training(folder, BASE, ALONE).run()
    return folder


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A training that was interrupted at its eighth step: states of steps 3 and 6, best checkpoint of step 4."""
    with pytest.raises(Interrupted):
        training(tmp_path, BASE, ALONE, Lines(stop_at=7)).run()
    assert sorted(path.name for path in tmp_path.glob("*-*")) == ["best-000000004", "step-000000003", "step-000000006"]
    return tmp_path


def flip(path: Path, share: float = 0.5) -> None:
    content = bytearray(path.read_bytes())
    content[int(len(content) * share)] ^= 1
    path.write_bytes(content)


def files(state: Path) -> list[Path]:
    return sorted(path for path in state.rglob("*") if path.is_file())


def require_same_result(folder: Path, whole: Path) -> None:
    """All that a result is made of is the undisturbed training's, event files by what they tell."""
    for state in (state_folder(folder, 12), best_folder(folder, 12)):
        for path in files(whole / state.name):
            if BOARD not in path.parts and path.name != SEAL:
                assert (state / path.relative_to(whole / state.name)).read_bytes() == path.read_bytes()
    assert reported(state_folder(folder, 12) / BOARD) == reported(state_folder(whole, 12) / BOARD)


def reported(board: Path) -> dict[str, list[tuple[int, float]]]:
    events = EventAccumulator(str(board))
    events.Reload()
    return {name: [(event.step, event.value) for event in events.Scalars(name)] for name in events.Tags()["scalars"]}


def test_two_states_and_their_best_checkpoints_are_kept(whole):
    names = sorted(path.name for path in whole.glob("*-*"))
    assert names == ["best-000000008", "best-000000012", "step-000000009", "step-000000012"]
    assert require_sound_state(state_folder(whole, 9))["best_step"] == 8


@pytest.mark.parametrize("name", ["tensors.safetensors", LOG, SEAL, f"{BOARD}/events.out.*"])
@pytest.mark.parametrize("damage", [flip, lambda path: path.write_bytes(path.read_bytes()[:-10]), Path.unlink])
def test_a_damaged_state_is_set_aside_by_name_and_the_one_before_is_used(cut, whole, name, damage, caplog):
    """A flipped bit in a state gave other final weights, and nothing was said."""
    (path,) = state_folder(cut, 6).glob(name)
    damage(path)
    training(cut, BASE, ALONE).run()
    (told,) = [record.getMessage() for record in caplog.records if record.name == saved_states.__name__]
    assert path.name in told
    assert "set aside as .damaged-step-000000006-1, and the training goes on from step-000000003" in told
    assert (cut / ".damaged-step-000000006-1").is_dir()
    require_same_result(cut, whole)


def test_every_flipped_byte_is_found(cut):
    generator = np.random.default_rng(5)
    of_state = [*files(state_folder(cut, 6)), *files(best_folder(cut, 4))]
    for number in range(60):
        path = of_state[number % len(of_state)]
        right = path.read_bytes()
        flip(path, generator.random())
        with pytest.raises(DataError):
            require_sound_state(state_folder(cut, 6))
        path.write_bytes(right)
    require_sound_state(state_folder(cut, 6))


def test_files_that_a_power_cut_emptied_are_no_state(cut, whole, caplog):
    for path in files(state_folder(cut, 6)):
        path.write_bytes(b"")
    training(cut, BASE, ALONE).run()
    assert f"{SEAL}: is missing or damaged" in caplog.text
    require_same_result(cut, whole)


def test_without_a_sound_state_nothing_starts_and_the_mend_is_told(cut):
    before = (cut / LOG).read_bytes()
    for step in (3, 6):
        flip(state_folder(cut, step) / "tensors.safetensors")
    for _ in range(2):  # the second run must not take the first one's refusal for a fresh start
        with pytest.raises(DataError, match=r"no state to go on from; .*6: .*tensors.*3: .*; remove this folder"):
            training(cut, BASE, ALONE).run()
    assert (cut / LOG).read_bytes() == before


def test_a_damaged_best_checkpoint_takes_its_state_with_it(cut, whole, caplog):
    """The best model cannot be made from a later state, so the training goes on from one before it."""
    flip(best_folder(cut, 4) / "model.safetensors")
    training(cut, BASE, ALONE).run()
    assert "best-000000004: damaged since it was finished: model.safetensors has other content" in caplog.text
    require_same_result(cut, whole)


def test_a_best_checkpoint_that_no_other_state_lacks_ends_the_training(tmp_path):
    with pytest.raises(Interrupted):
        training(tmp_path, BASE.model_copy(update={"validate_every": 2}), ALONE, Lines(stop_at=7)).run()
    for best in tmp_path.glob("best-*"):
        flip(best / "model.safetensors")
    with pytest.raises(DataError, match=r"no state to go on from; .*best-0.*model.safetensors has other content"):
        training(tmp_path, BASE, ALONE).run()


def test_the_best_model_is_that_of_the_state_and_not_of_a_lost_later_step(cut, whole):
    """A better checkpoint of an attempt that was interrupted later lay in the place of the state's own."""
    shutil.copytree(best_folder(cut, 4), best_folder(cut, 5))
    flip(best_folder(cut, 5) / "model.safetensors")
    training(cut, BASE, ALONE).run()
    assert not best_folder(cut, 5).exists()
    require_same_result(cut, whole)


def test_the_log_of_an_interrupted_attempt_may_be_damaged(cut, whole):
    (cut / LOG).write_bytes(b"\0" * 40)
    next((cut / BOARD).iterdir()).write_bytes(b"")
    training(cut, BASE, ALONE).run()
    require_same_result(cut, whole)


def test_a_clock_that_is_set_back_leaves_the_order_of_events(cut, whole, monkeypatch):
    """Event files are named by the time, and TensorBoard showed the steps of a resumed training before the first."""
    monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
    training(cut, BASE, ALONE).run()
    require_same_result(cut, whole)


def test_a_state_that_reads_back_differently_leaves_the_one_before(cut, monkeypatch):
    monkeypatch.setattr(sealed_folder, "_forget", lambda part: flip(next(part.glob("*.safetensors"))))
    with pytest.raises(DataError, match=r"reads back as something else .* check the disk"):
        training(cut, BASE, ALONE).run()
    require_sound_state(state_folder(cut, 6))


def test_half_written_folders_are_not_taken_and_go(tmp_path, whole):
    half = tmp_path / ".part-step-000000003"
    half.mkdir()
    (half / "tensors.safetensors").write_bytes(b"half")
    training(tmp_path, BASE, ALONE).run()
    require_same_result(tmp_path, whole)
    assert not half.exists()


def test_skipped_samples_are_counted_over_all_attempts(tmp_path):
    """A resumed training told only of those that its last attempt had skipped."""

    class Skipping(Lines):
        def read(self, first: int, stride: int) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
            for batch in super().read(first, stride):
                self.skipped["broken"] += 1
                yield batch

    with pytest.raises(Interrupted):
        training(tmp_path, BASE, ALONE, Skipping(stop_at=7)).run()
    again = training(tmp_path, BASE, ALONE, Skipping())
    again.run()
    assert again.batches.skipped == Counter(broken=BASE.steps)


def test_a_state_of_another_model_is_refused(cut):
    other = training(cut, BASE, ALONE)
    other.learner.model.append(torch.nn.Linear(1, 1))
    with pytest.raises(DataError, match="no state to go on from"):
        other.run()


def test_what_a_state_tells_is_in_its_seal(whole):
    told = json.loads((state_folder(whole, 12) / SEAL).read_text())["told"]
    assert (told["step"], told["best_step"], told["skipped"]) == (12, 12, {})


def test_a_state_of_another_training_is_not_gone_on_from(tmp_path):
    """A state copied from another training, sound in itself, was gone on from: other data, and no word."""
    states = {}
    for name in ("one", "other"):
        for step in (1, 2):
            states[name, step] = state_folder(tmp_path / name, step)
            sealed_folder.write_sealed(states[name, step], lambda part: part.mkdir(parents=True), {"best_step": 0})
    shutil.rmtree(states["one", 2])
    shutil.copytree(states["other", 2], states["one", 2])
    assert saved_states.newest_sound_state(tmp_path / "one") == states["one", 1]
    assert not states["one", 2].exists()
