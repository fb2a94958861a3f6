"""A Ray cluster: native tasks with retries."""

import logging
import os
import socket
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors.executor import Failure, Job, Outcome
from vln_pipeline.runtime.executors.kept_output import output_kept
from vln_pipeline.runtime.executors.resources import Resources

_ADDRESS = "RAY_ADDRESS"
_IN_FLIGHT = 1000
"""Tasks that Ray knows of at a time; each answer costs it a look at all of them."""
_LOOK_SECONDS = 30.0
"""Time without an answer after which the machines are looked at."""
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Attempt:
    """A task that Ray has been given.

    Attributes:
        key: of the item.
        job: makes it.
        failed: what became of it at first; None for the first attempt.
        avoided: the node where that was.
    """

    key: str
    job: Job
    failed: Outcome | None = None
    avoided: str = ""


class RayExecutor:
    """Runs items as Ray tasks; a task whose worker dies, or that fails on a broken machine, is tried elsewhere.

    The address of the cluster is Ray's own affair (``RAY_ADDRESS``, or a local cluster when unset). All nodes must
    see the project and its data folder under the same paths. Only handles and outcomes pass through Ray; what a task
    makes, it writes into the data folder by itself.

    Args:
        workers: CPUs of a local cluster; without effect on a running one.
        resources: what each task asks for.
        logs: folder for what tasks print, a file per item; None to leave it in Ray's own logs.
    """

    def __init__(self, workers: int, resources: Resources, logs: Path | None) -> None:
        self.workers, self.resources, self.logs = workers, resources, logs

    def threads(self, jobs: int) -> int:  # noqa: ARG002  # processes share out a machine, these do not
        """Return how many CPU threads each job may use."""
        return self.resources.threads

    def run(self, jobs: Sequence[tuple[str, Job]]) -> Iterator[Outcome]:
        """Yield one outcome per job, in the order they end.

        Raises:
            DataError: Ray is not installed, or no node of the cluster has what a task asks for.
        """
        ray = self._connected()
        if not self._able(ray):
            mend = "lower what conf/local/globals.yml asks for (ray), or start a node that has it"
            raise DataError("ray", f"no node of the cluster has {self.resources}", mend)
        waiting: dict[Any, _Attempt] = {}
        try:
            yield from self._run(ray, deque(_Attempt(key, job) for key, job in jobs), waiting)
        finally:  # of a run that is given up some are left
            for reference in waiting if ray.is_initialized() else ():
                ray.cancel(reference, force=True)

    def _run(self, ray: Any, left: deque[_Attempt], waiting: dict[Any, _Attempt]) -> Iterator[Outcome]:
        call = ray.remote(_call)
        while left or waiting:
            while left and len(waiting) < _IN_FLIGHT:
                attempt = left.popleft()
                waiting[self._start(call, attempt)] = attempt
            done, _ = ray.wait(list(waiting), num_returns=1, timeout=_LOOK_SECONDS)
            if not done:
                yield from self._given_up(ray, waiting)
                continue
            attempt = waiting.pop(done[0])
            outcome, node = self._outcome(ray, done[0], attempt)
            if outcome.failure and node and not attempt.failed and self.resources.retries and self._able(ray, node):
                logger.warning("%s failed on %s and is tried elsewhere", attempt.key, outcome.host)
                left.appendleft(replace(attempt, failed=outcome, avoided=node))
                continue
            yield outcome

    def _connected(self) -> Any:
        try:
            import ray
        except ModuleNotFoundError as missing:
            raise DataError("executor", "ray is not installed", "pip install 'vln-pipeline[ray]'") from missing
        if not ray.is_initialized():
            if os.environ.get(_ADDRESS):  # the cluster's nodes say what they have; Ray refuses to be told
                ray.init(log_to_driver=False)
            else:
                ray.init(address="local", num_cpus=self.workers, include_dashboard=False, log_to_driver=False)
        return ray

    def _start(self, call: Any, attempt: _Attempt) -> Any:
        asked = self.resources
        task = call.options(
            name=attempt.key,
            num_cpus=asked.num_cpus,
            num_gpus=asked.num_gpus,
            memory=None if asked.memory_gb is None else int(asked.memory_gb * 1e9),
            max_retries=asked.retries,
            label_selector={"ray.io/node-id": f"!{attempt.avoided}"} if attempt.avoided else None,
            runtime_env={"env_vars": dict.fromkeys(_POOLS, str(asked.threads))},  # read when libraries are loaded
        )
        log = None if self.logs is None else self.logs / f"{attempt.key}.log"
        return task.remote(attempt.key, attempt.job, str(Path.cwd()), log)

    def _outcome(self, ray: Any, reference: Any, attempt: _Attempt) -> tuple[Outcome, str]:
        """Return what became of a task, and the node it ran on; no node where it died."""
        try:
            outcome, node = ray.get(reference)
        except ray.exceptions.RayTaskError as error:  # of what comes before the job, which raises nothing
            cause = f"{attempt.key}: cannot be started on its node: {error.cause}"
            return Outcome(attempt.key, 0.0, Failure(cause, str(error))), ""
        except ray.exceptions.RayError as death:
            cause = f"{attempt.key}: its Ray worker died {self.resources.retries + 1} times"
            return attempt.failed or Outcome(attempt.key, 0.0, Failure(cause, str(death))), ""
        return outcome, node

    def _able(self, ray: Any, but: str = "") -> list[str]:
        """Return the living nodes, but one, that have what a task asks for."""
        asked = {"CPU": self.resources.num_cpus, "GPU": self.resources.num_gpus}
        asked["memory"] = (self.resources.memory_gb or 0) * 1e9
        return [
            node["NodeID"]
            for node in ray.nodes()
            if node["Alive"] and node["NodeID"] != but
            if all(node["Resources"].get(name, 0) >= amount for name, amount in asked.items())
        ]

    def _given_up(self, ray: Any, waiting: dict[Any, _Attempt]) -> Iterator[Outcome]:
        """Tell where no node can take any task, and yield the first outcomes of those that have no second node now."""
        if not self._able(ray):
            logger.warning("waits for a node of the cluster with %s; there is none any more", self.resources)
        for reference, attempt in list(waiting.items()):
            if attempt.failed and not self._able(ray, attempt.avoided):
                del waiting[reference]
                ray.cancel(reference, force=True)
                yield attempt.failed


def _call(key: str, job: Job, folder: str, log: Path | None) -> tuple[Outcome, str]:
    """Do a job in the folder of the run, to which paths among the parameters are relative."""
    import ray

    node = ray.get_runtime_context().get_node_id()
    try:
        os.chdir(folder)
        with nullcontext() if log is None else output_kept(log):
            return job(), node
    except OSError as error:  # this node has not got the folders; the job itself raises nothing
        cause = f"{key}: {error.filename} is not on {socket.gethostname()} ({error.strerror})"
        return Outcome(key, 0.0, Failure(cause), socket.gethostname()), node
