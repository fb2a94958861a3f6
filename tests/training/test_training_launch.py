import os
from pathlib import Path

import pytest
import torch
from toy_course import BASE, log, training

from vln_pipeline.errors import DataError
from vln_pipeline.training.launch import launch
from vln_pipeline.training.ranks import Ranks, joined

HERE = str(Path(__file__).parent)


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([HERE, os.environ.get("PYTHONPATH", "")]))


@pytest.mark.slow
def test_two_processes_give_the_numbers_of_one_with_accumulation(tmp_path):
    config = BASE.model_copy(update={"processes": 2})
    together = {"folder": str(tmp_path / "two"), "config": config.model_dump_json()}
    launch("toy_course", together, 2, tmp_path / "launch", 2)
    alone = BASE.model_copy(update={"accumulation": 2})
    training(tmp_path / "one", alone, Ranks(0, 1, torch.device("cpu"))).run()
    two, one = log(tmp_path / "two"), log(tmp_path / "one")
    assert len(two) == len(one) == BASE.steps
    for ours, theirs in zip(two, one, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5)


@pytest.mark.slow
def test_a_fault_in_a_process_is_told(tmp_path):
    unused = BASE.optimiser.model_copy(update={"learning_rates": {"none": 1.0, "*": 1.0}})
    config = BASE.model_copy(update={"optimiser": unused})
    with pytest.raises(DataError, match=r'learning_rates\["none"\]: unused'):
        launch("toy_course", {"folder": str(tmp_path), "config": config.model_dump_json()}, 2, tmp_path / "launch", 2)


def test_a_device_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setenv("LOCAL_RANK", "1")
    with pytest.raises(DataError, match="process 1 finds 1 GPUs"), joined("cuda"):
        pass
