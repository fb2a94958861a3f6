"""Processes that are ended from outside."""

import re
import signal
import time

import psutil
from case import Case
from private_project import Attempt
from subjects import made

_RUN_ID = "2026-01-31T09.30.00.000Z"
_LAUNCHER = "vln_pipeline.training.torchrun"


def driver(case: Case) -> None:
    """SIGKILL to the process that the user started."""
    _end(case, signal.SIGKILL)


def sigterm(case: Case) -> None:
    """SIGTERM to it, as a batch system sends."""
    _end(case, signal.SIGTERM)


def _end(case: Case, how: signal.Signals) -> None:
    case.fill()
    run = case.start()
    case.moment(run, most=0.8)  # much is left to do, so that what ends soon has not just finished
    run.family()
    run.process.send_signal(how)
    assert run.wait() != 0
    if case.draw.random() < 0.5:  # else the same command is given at once
        case.require_ended()
        assert not case.finished(), "its processes worked on to the end"
    case.recover()
    case.require_ended()


def worker(case: Case) -> None:
    """SIGKILL to a process that makes an item."""
    case.fill()
    run = case.start()
    # Not the last items: while those are made, the pool may have nothing left to do.
    case.moment(run, most=0.8)
    _kill(case, run, _workers(run))


def renderer(case: Case) -> None:
    """SIGKILL to the process that draws frames; of a training, to one that makes batches."""
    case.fill()
    run = case.start()
    if case.subject.trains:
        case.moment(run)
        _kill(case, run, _loaders(run))
        return
    case.until(run, lambda: any(case.data.glob("05_footage/items/.part-*/*/*/*/*")), "the first frame")
    drawing = [p for p in run.family() if "blender" in _words(p)]
    _kill(case, run, drawing or _workers(run))


def rank(case: Case) -> None:
    """SIGKILL to one of two processes that share a training; of data generation, to a job of a batch array."""
    case.fill()
    if case.subject.trains:
        run = case.start()
        case.moment(run)
        _kill(case, run, _ranks(run))
        return
    case.environment["VLN_RUN_ID"] = _RUN_ID
    before = case.start(pipelines="planning")
    assert before.wait() == 0, case.story(before)
    jobs = [case.start(pipelines="rendering", words=(f"shard={number}/2",)) for number in range(2)]
    struck = case.draw.randrange(2)
    case.until(jobs[struck], lambda: any(case.data.glob("05_footage/items/.part-*/*")), "the first footage")
    jobs[struck].family()
    jobs[struck].process.kill()
    for number, job in enumerate(jobs):
        assert (job.wait() == 0) == (number != struck), case.story(job)
    again = case.start(pipelines="rendering", words=(f"shard={struck}/2",))
    assert again.wait() == 0, case.story(again)
    case.recover()
    case.require_ended()


def _kill(case: Case, run: Attempt, those: list[psutil.Process]) -> None:
    """Kill one of them; the run must say so and end, and the same command make up for it."""
    assert those, f"there is no process to kill\n{case.story(run)}"
    busiest = max(those, key=lambda process: (process.status() == psutil.STATUS_RUNNING, case.draw.random()))
    case.told.append(f"killed {_words(busiest)[:100]}")
    busiest.kill()
    code, said = run.wait(), run.output()
    assert code in (0, 1, 3), case.story(run)
    assert code == 0 or re.search("killed|ended|died|exit", said), f"does not tell of the death\n{case.story(run)}"
    case.recover()
    case.require_ended()


def two_runs(case: Case) -> None:
    """The same command twice, a moment apart."""
    case.fill()
    first = case.start()
    time.sleep(case.draw.uniform(0, 3))
    second = case.start()
    codes = first.wait(), second.wait()
    assert codes == (0, 0), f"ended with {codes}\n{case.story(first)}\n{case.story(second)}"
    assert "Traceback" not in first.output() + second.output(), case.story(first) + case.story(second)
    twice = [path for path, count in made(case.data).items() if count > 1]
    assert not twice, f"made by both: {twice}"
    case.recover()


def _workers(run: Attempt) -> list[psutil.Process]:
    return [p for p in run.family() if "multiprocessing.forkserver" in _parent_words(p)]


def _ranks(run: Attempt) -> list[psutil.Process]:
    return [p for p in run.family() if _LAUNCHER in _parent_words(p)]


def _loaders(run: Attempt) -> list[psutil.Process]:
    ranks = {rank.pid for rank in _ranks(run)}
    return [p for p in _workers(run) if (server := p.parent()) is not None and server.ppid() in ranks]


def _parent_words(process: psutil.Process) -> str:
    parent = process.parent()
    return "" if parent is None else _words(parent)


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
