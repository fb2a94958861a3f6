"""Runs the cases two at a time and writes the table."""

import os
import random
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from case import Case, remove_tree
from faults import FAULTS, Fault, deciding
from private_project import Project
from subjects import DATAGEN, Subject
from table import Row, write_page
from undisturbed import Undisturbed

_AT_A_TIME = int(os.environ.get("CHAOS_AT_A_TIME", "2"))
Key = tuple[Fault, Subject, int]


@pytest.fixture(scope="session")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[Key, Future]]:
    """The cases of this session, as they are done."""
    keys = [item.callspec.params["key"] for item in request.session.items if "outcomes" in item.fixturenames]
    folder = tmp_path_factory.mktemp("chaos")
    undisturbed = Undisturbed(Project(folder / "project"), folder)
    started = time.monotonic()
    undisturbed.run(DATAGEN, keys[0][2])  # alone: it compiles what the others then find compiled
    cores = deque(sorted(os.sched_getaffinity(0)))
    pool = ThreadPoolExecutor(_AT_A_TIME, initializer=_take_core, initargs=(cores,))
    futures = {key: pool.submit(_run, key, undisturbed, folder) for key in keys}
    yield futures
    pool.shutdown(cancel_futures=True)
    rows = {key: future.result() for key, future in futures.items() if _passed(future)}
    write_page([Row(f.name, s.name, seed, rows.get((f, s, seed))) for f, s, seed in keys], time.monotonic() - started)


def _take_core(cores: deque[int]) -> None:
    """Let this thread and the commands that it starts have a core of their own: threads that share one only wait."""
    os.sched_setaffinity(0, {cores[0]})
    cores.rotate()


def _run(key: Key, undisturbed: Undisturbed, folder: Path) -> float:
    """Run a case and return the seconds it took."""
    fault, subject, seed = key
    words = fault.words(subject)
    own = folder / f"{FAULTS.index(fault):02d}-{subject.name}-{seed}"
    own.mkdir()
    case = Case(
        subject,
        seed,
        undisturbed.project,
        own,
        undisturbed.base(subject, seed, deciding(words)),
        undisturbed.run(subject, seed, deciding(words)),
        words,
        random.Random(f"{fault.name} {subject.name} {seed}"),
    )
    started = time.monotonic()
    try:
        fault.act(case)
    finally:
        case.close()
    remove_tree(own)  # of a case that fails, all is left to look at
    return time.monotonic() - started


def _passed(future: Future) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
