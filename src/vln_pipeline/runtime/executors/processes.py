"""Several processes of one machine."""

import multiprocessing
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import forkserver
from multiprocessing.context import BaseContext

from pebble import ProcessExpired, ProcessPool

from vln_pipeline.lifelines import end_with_parent
from vln_pipeline.runtime.executors.executor import Failure, Job, Outcome
from vln_pipeline.thread_pools import usable_cpus

# Numerical libraries would otherwise start a thread per core in every worker and stall each other.
_PINNED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

# What most workers need, and the command that started the run, which Python loads into each of them again.
_PRELOADED = ("numba", "kedro.framework.cli")

_POOLS = 3
"""Pools that are tried; one breaks when a worker dies while no job is running."""


class ProcessExecutor:
    """A pool of workers that survives the death of any of them.

    Args:
        workers: number of processes.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def threads(self, jobs: int) -> int:
        """Return how many CPU threads each of so many jobs may use."""
        return max(1, usable_cpus() // max(1, min(self.workers, jobs)))

    def run(self, jobs: Sequence[tuple[str, Job]]) -> Iterator[Outcome]:
        """Yield one outcome per job, in the order they end."""
        left = dict(jobs)
        for _ in range(_POOLS):
            for outcome in self._run(left):
                del left[outcome.key]
                yield outcome
            if not left:
                return
        for key in left:
            yield Outcome(
                key, 0.0, Failure(f"{key}: idle worker processes died {_POOLS} times; check the machine's memory")
            )

    def _run(self, jobs: Mapping[str, Job]) -> Iterator[Outcome]:
        """Yield the outcomes of one pool, which ends early when a worker dies between two jobs."""
        context = _context({type(job).__module__ for job in jobs.values()})
        environment = dict(os.environ)
        workers = max(1, min(self.workers, len(jobs)))
        with ProcessPool(workers, context=context, initializer=_prepare, initargs=[environment]) as pool:
            futures: dict[Future[Outcome], str] = {pool.schedule(job): key for key, job in jobs.items()}
            try:
                for future in as_completed(futures):
                    yield _outcome(futures[future], future)
            except BrokenProcessPool:
                pool.stop()
            except BaseException:
                pool.stop()
                raise


def _context(modules: set[str]) -> BaseContext:
    """Return how workers start: forked from a process that has loaded what they need, and nothing else.

    A fork of this process would hang after a render, and CUDA forbids it; a new interpreter for every worker of every
    stage loads the same modules for seconds.

    Args:
        modules: where the jobs are from.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*_PRELOADED, *sorted(modules)])
    unset = [name for name in _PINNED if name not in os.environ]
    try:
        _pin()  # read when the libraries are loaded, which the server does once
        forkserver.ensure_running()
    finally:
        for name in unset:
            del os.environ[name]
    return context


def _pin() -> None:
    for name in _PINNED:
        os.environ.setdefault(name, "1")


def _prepare(environment: Mapping[str, str]) -> None:
    """Take over the environment that the run has by now, and end with it."""
    os.environ.clear()
    os.environ.update(environment)
    _pin()
    end_with_parent()  # when the run is killed: the next run of the same command does this worker's item anew


def _outcome(key: str, future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except ProcessExpired as death:
        code = death.exitcode
        # A library that ends the process, as habitat-sim without its device, says why on the terminal.
        how = "was killed, perhaps for memory" if code is None or code < 0 else "ended itself; see what it said above"
        cause = f"{key}: its worker process {how} (exit code {code}); run again"
        return Outcome(key, 0.0, Failure(cause, str(death)))
