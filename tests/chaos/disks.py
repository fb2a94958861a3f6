"""Disks that fail in mid-run."""

import re
import time
from pathlib import Path

import pytest
from case import Case
from subjects import SAVE_EVERY, complete, made
from volumes import Disk, Memory, refusal

from vln_pipeline.datasets.soundness import damages, sealed_wholes

_PAGE = 4096


def full(case: Case) -> None:
    """A file system that takes a drawn share of what the run writes; later it is larger."""
    _need_mounts()
    start = 0 if case.base is None else _taken(case.base)
    size = start + int(case.draw.uniform(0.1, 0.9) * (_taken(case.reference.data) - start))
    disk = Memory(case.data, size)
    try:
        case.fill()
        run = case.start()
        assert run.wait() == 1, f"did not fail on {size} bytes\n{case.story(run)}"
        assert "Traceback" not in run.output(), case.story(run)
        assert re.search("full|No space left", run.output()), f"does not say why\n{case.story(run)}"
        disk.grow()
        case.recover()
    finally:
        disk.close()


def read_only(case: Case) -> None:
    """The kernel finds an error in the file system in mid-run and lets nothing more be written, then it is repaired."""
    disk = _disk(case)
    try:
        case.fill()
        run = case.start()
        case.moment(run)
        disk.break_down()
        code = run.wait()
        assert code == 1, f"ended with {code}\n{case.story(run)}"
        assert "Traceback" not in run.output(), case.story(run)
        # What was under way when the file system went down ends with an error of the device.
        told = re.search("ead-only|Input/output error", run.output())
        assert told, f"does not say that nothing can be written\n{case.story(run)}"
        disk.repair()
        case.recover()
    finally:
        disk.close()


def power_cut(case: Case) -> None:
    """What had not reached the device is gone; whatever was complete must have reached it."""
    disk = _disk(case)
    try:
        case.fill()
        run = case.start()
        case.moment(run)
        time.sleep(case.draw.uniform(0, 3))  # names reach the device in a second or two, unsynced data much later
        run.pause()
        told, saved = made(case.data), case.subject.progress(case.data)
        left = disk.picture()
        run.clear()
        disk.replace(left)
        lost = sorted(set(told) - set(complete(case.data)))
        assert not lost, f"told to be made, and lost with the power: {lost}"
        if case.subject.trains:
            assert case.subject.progress(case.data) >= saved - SAVE_EVERY, f"the state of step {saved} is lost"
        damaged = [damage for whole in sealed_wholes(case.data) for damage in damages(whole)]
        assert not damaged, f"damaged by the cut: {damaged}"
        case.recover()
    finally:
        disk.close()


def _taken(folder: Path) -> int:
    """Return the bytes that files take in whole pages."""
    return sum(-(-path.stat().st_size // _PAGE) * _PAGE for path in folder.rglob("*") if path.is_file())


def _disk(case: Case) -> Disk:
    _need_mounts()
    return Disk(case.folder / "disk.img", case.data)


def _need_mounts() -> None:
    if refusal():
        pytest.skip(refusal())
