"""A Ray cluster: native tasks with retries."""

import os
from collections.abc import Iterator, Sequence

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors.executor import Failure, Job, Outcome

_RETRIES = 2
_ADDRESS = "RAY_ADDRESS"


class RayExecutor:
    """Runs items as Ray tasks; a task whose worker dies is retried elsewhere.

    The address of the cluster is Ray's own affair (``RAY_ADDRESS``, or a local cluster when unset). All nodes must
    see the project's data folder under the same path.

    Args:
        workers: CPUs of a local cluster; without effect on a running one.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def run(self, jobs: Sequence[tuple[str, Job]]) -> Iterator[Outcome]:
        """Yield one outcome per job, in the order they end."""
        try:
            import ray
        except ModuleNotFoundError as missing:
            raise DataError("executor", "ray is not installed", "pip install 'vln-pipeline[ray]'") from missing
        if not ray.is_initialized():
            if os.environ.get(_ADDRESS):  # the cluster's nodes say what they have; Ray refuses to be told
                ray.init(log_to_driver=False)
            else:
                ray.init(address="local", num_cpus=self.workers, include_dashboard=False, log_to_driver=False)
        call = ray.remote(max_retries=_RETRIES)(_call)
        waiting = {call.remote(job): key for key, job in jobs}
        while waiting:
            done, _ = ray.wait(list(waiting), num_returns=1)
            key = waiting.pop(done[0])
            try:
                yield ray.get(done[0])
            except ray.exceptions.RayError as death:
                yield Outcome(key, 0.0, Failure(f"its Ray worker died {_RETRIES + 1} times", str(death)))


def _call(job: Job) -> Outcome:
    return job()
