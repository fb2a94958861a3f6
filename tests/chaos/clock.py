"""A clock that is set back."""

from pathlib import Path

import pytest
from case import Case
from subjects import latest_run, made

_HOUR = 3600


def set_back(case: Case) -> None:
    """An hour in mid-run, and it stays so: the run goes on, and what the next one makes still is the latest."""
    clock = case.folder / "clock"
    clock.write_text("+0\n")
    case.environment |= {
        "LD_PRELOAD": str(_libfaketime()),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",  # the file is read at every question
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "NO_FAKE_STAT": "1",
    }
    case.fill()
    run = case.start()
    case.moment(run)
    clock.write_text(f"-{_HOUR}\n")
    assert run.wait() == 0, case.story(run)
    assert case.subject.result(case.data) == case.reference.result, case.story(run)
    first, before = latest_run(case.data), made(case.data)
    case.recover()
    assert latest_run(case.data) > first, "the later run's id sorts before the earlier one's"
    assert made(case.data) == before, "made something again"


def _libfaketime() -> Path:
    found = sorted(Path("/usr/lib").glob("**/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed (Debian: faketime)")
    return found[0]
