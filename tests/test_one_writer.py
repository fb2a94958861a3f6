"""One writer at a time; the lock ends with its holder, whatever its children do."""

import errno
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import filelock._unix
import pytest

from vln_pipeline import one_writer
from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import sole_writer

HOLD = """
import multiprocessing, subprocess, sys, time
from pathlib import Path
from vln_pipeline.one_writer import sole_writer

if __name__ == "__main__":
    with sole_writer(Path(sys.argv[1]), "a training"):
        children = [subprocess.Popen(["sleep", "60"]).pid]
        for method in ("spawn", "fork", "forkserver"):
            child = multiprocessing.get_context(method).Process(target=time.sleep, args=(60,))
            child.start()
            children.append(child.pid)
        print(*children, flush=True)
        time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    """A process that holds the lock and has children of every kind; ended after the test."""
    script = tmp_path / "hold.py"
    script.write_text(HOLD)
    command = [sys.executable, str(script), str(tmp_path / "lock"), "--params=key=s3cret"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        children = [int(pid) for pid in process.stdout.readline().split()]
        yield process
        process.kill()
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def test_a_second_writer_tells_whom_it_waits_for_and_takes_over_at_a_kill(tmp_path, holder, caplog):
    """Children that outlive a killed holder, forked ones too, do not keep the lock."""
    entered = threading.Event()

    def enter() -> None:
        with sole_writer(tmp_path / "lock", "seed 0"):
            entered.set()

    thread = threading.Thread(target=enter)
    thread.start()
    assert not entered.wait(1.0)
    assert [record.getMessage().split(", since")[0] for record in caplog.records] == [
        f"seed 0: waits for hold.py {tmp_path / 'lock'}, process {holder.pid} on {os.uname().nodename}"
    ]
    assert "s3cret" not in caplog.text
    holder.kill()
    assert entered.wait(3.0), "the lock outlived its holder"
    thread.join()


def test_a_new_holder_is_told_and_a_long_wait_too(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(one_writer, "_REMINDER_SECONDS", 0.6)
    path = tmp_path / "lock"
    with sole_writer(path, "first"):
        thread = threading.Thread(target=lambda: sole_writer(path, "second").__enter__())
        thread.start()
        time.sleep(0.1)
        path.write_text("another host\n")
        time.sleep(1.4)
    thread.join()
    told = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [line.split(" waits for ")[1] for line in told[1:3]] == ["another host, which works on it"] * 2
    assert len(told) in (3, 4)


@pytest.mark.parametrize("left", [b"", b"process 1 on elsewhere", b"\xff" * 5000])
def test_what_a_dead_holder_left_keeps_nobody_out(tmp_path, left, caplog):
    path = tmp_path / "made" / "lock"
    path.parent.mkdir()
    path.write_bytes(left)
    with sole_writer(path, "an item"):
        assert f"process {os.getpid()} on" in path.read_text()
    with sole_writer(path, "an item"):
        pass
    assert not caplog.records


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_a_file_system_that_cannot_lock_is_refused(tmp_path, code, monkeypatch):
    """filelock would go on with a file that marks the holder, which a kill leaves behind for ever."""

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(filelock._unix.fcntl, "flock", refuse)
    refused = pytest.raises(DataError, match=r"file system cannot lock files .*; put the data folder")
    with refused, sole_writer(tmp_path / "lock", "an item"):
        pytest.fail("entered without a lock")


def test_other_faults_are_not_taken_for_it(tmp_path):
    with pytest.raises(IsADirectoryError) as caught, sole_writer(tmp_path, "a folder is no lock file"):
        pass
    assert Path(caught.value.filename) == tmp_path


def test_who_waits_for_one_that_has_just_ended_goes_on(tmp_path, monkeypatch, caplog):
    """An item's writer removes its lock file when it is done; who asked at that moment whom it waits for ended with
    "No such file or directory" (found by make chaos, two runs)."""
    path, acquire, refused = tmp_path / "item", filelock.FileLock.acquire, []

    def ended_meanwhile(lock, *args, **kwargs):
        if not refused:
            refused.append(path)
            raise filelock.Timeout(str(path))
        return acquire(lock, *args, **kwargs)

    monkeypatch.setattr(filelock.FileLock, "acquire", ended_meanwhile)
    with sole_writer(path, "an item"):
        assert path.exists()
    assert refused
    assert "waits for" not in caplog.text
