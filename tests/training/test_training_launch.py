import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from toy_course import BASE, log, training

from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import sole_writer
from vln_pipeline.training.join import join
from vln_pipeline.training.launch import launch
from vln_pipeline.training.meeting import RENDEZVOUS, call_heard, called, meeting_point
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
def test_two_machines_give_the_numbers_of_one_with_accumulation(tmp_path, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        point = f"127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv(RENDEZVOUS, point)
    state = tmp_path / "data" / "10_toy" / "items" / ".state-0"
    code = f"from pathlib import Path; from vln_pipeline.training.join import join; join({point!r}, 1, "
    code += f"Path({str(tmp_path / 'data')!r}), 1, 'toy_course')"
    other = subprocess.Popen([sys.executable, "-c", code])
    try:
        order = {"folder": str(tmp_path / "two"), "config": BASE.model_copy(update={"nodes": 2}).model_dump_json()}
        launch("toy_course", order, 1, state / "launch", 1, nodes=2)
        assert other.wait(timeout=300) == 0
    finally:
        other.kill()
    alone = BASE.model_copy(update={"accumulation": 2})
    training(tmp_path / "one", alone, Ranks(0, 1, torch.device("cpu"))).run()
    two, one = log(tmp_path / "two"), log(tmp_path / "one")
    assert len(two) == len(one) == BASE.steps
    for ours, theirs in zip(two, one, strict=True):
        assert ours == pytest.approx(theirs, rel=1e-5)
    assert call_heard(tmp_path / "data", point) is None, "nobody is called for any more"


def test_only_a_first_machine_that_still_runs_is_heard(tmp_path, monkeypatch):
    """One that was killed left its call behind; a machine that follows it would train something else than the others.

    A call counts as long as its lock is held.
    """
    monkeypatch.setenv(RENDEZVOUS, "10.0.0.1:29400")
    folder = tmp_path / "10_toy" / "items" / ".state-0" / "launch"
    folder.mkdir(parents=True)
    with called("toy_course", folder / "order.json", 2, 4) as meeting:
        assert call_heard(tmp_path, "10.0.0.1:29400") == meeting
        assert call_heard(tmp_path, "10.0.0.2:29400") is None
        left = (folder / "meeting.json").read_bytes()
    (folder / "meeting.json").write_bytes(left)
    assert call_heard(tmp_path, "10.0.0.1:29400") is None
    with sole_writer(folder / "meeting.lock", "the test"):
        assert call_heard(tmp_path, "10.0.0.1:29400") == meeting


def test_a_call_for_another_program_or_machine_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv(RENDEZVOUS, "10.0.0.1:29400")
    folder = tmp_path / "10_toy" / "items" / ".state-0" / "launch"
    folder.mkdir(parents=True)
    with called("toy_course", folder / "order.json", 2, 4):
        with pytest.raises(DataError, match="asks for toy_course, which is no training"):
            join("10.0.0.1:29400", 1, tmp_path, 1)
        with pytest.raises(DataError, match="2 is none of 2 machines"):
            join("10.0.0.1:29400", 2, tmp_path, 1, "toy_course")


@pytest.mark.parametrize("told", [None, "", "here", "10.0.0.1", "10.0.0.1:port", "--help:1 2"])
def test_a_missing_or_wrong_rendezvous_is_refused(monkeypatch, told):
    monkeypatch.delenv(RENDEZVOUS, raising=False)
    if told is not None:
        monkeypatch.setenv(RENDEZVOUS, told)
    with pytest.raises(DataError, match=r"VLN_RENDEZVOUS: .*set it to the first machine's"):
        meeting_point()


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
