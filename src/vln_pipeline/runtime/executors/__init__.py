"""Where work items run: ``serial``, ``processes`` (one machine) or ``ray`` (a cluster)."""

from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors.executor import Executor, Failure, Job, Outcome
from vln_pipeline.runtime.executors.resources import RayConfig, Resources
from vln_pipeline.thread_pools import usable_cpus

__all__ = ["Executor", "Failure", "Job", "Outcome", "RayConfig", "Resources", "available_workers", "open_executor"]


def available_workers(workers: int | str) -> int:
    """Return the number of workers meant by a number or by "auto" (the CPUs this process may use)."""
    if workers == "auto":
        return usable_cpus()
    if isinstance(workers, int) and workers >= 1:
        return workers
    raise DataError("workers", f"{workers!r} is neither a positive number nor 'auto'", "set --params=workers=2")


def open_executor(name: str, workers: int, resources: Resources | None = None, logs: Path | None = None) -> Executor:
    """Return the executor of that name.

    Args:
        name: serial, processes or ray.
        workers: processes, or CPUs of a local Ray cluster.
        resources: what each task asks a Ray cluster for; the others share out this machine.
        logs: folder for what tasks print on other machines.

    Raises:
        DataError: there is none of that name.
    """
    if name == "serial":
        from vln_pipeline.runtime.executors.serial import SerialExecutor

        return SerialExecutor()
    if name == "processes":
        from vln_pipeline.runtime.executors.processes import ProcessExecutor

        return ProcessExecutor(workers)
    if name == "ray":
        from vln_pipeline.runtime.executors.ray_cluster import RayExecutor

        return RayExecutor(workers, resources or Resources(), logs)
    raise DataError("executor", f"{name!r} is unknown", "use serial, processes or ray")
