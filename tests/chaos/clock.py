"""A clock that is set back."""

from pathlib import Path

from case import Case
from subjects import latest_run, made

SHIM = Path(__file__).with_name("clock_shim")
_HOUR = 3600


def set_back(case: Case) -> None:
    """An hour in mid-run, and it stays so: the run goes on, and what the next one makes still is the latest."""
    clock = case.folder / "clock"
    clock.write_text("0")
    case.environment |= {"CHAOS_PATH": str(SHIM), "CHAOS_CLOCK": str(clock)}
    case.fill()
    run = case.start()
    case.moment(run)
    clock.write_text(str(-_HOUR))
    assert run.wait() == 0, case.story(run)
    assert case.subject.result(case.data) == case.reference.result, case.story(run)
    first, before = latest_run(case.data), made(case.data)
    case.recover()
    assert latest_run(case.data) > first, "the later run's id sorts before the earlier one's"
    assert made(case.data) == before, "made something again"
