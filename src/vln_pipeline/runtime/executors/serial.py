"""One item after the other, in this process."""

from collections.abc import Iterator, Sequence

from vln_pipeline.runtime.executors.executor import Job, Outcome
from vln_pipeline.thread_pools import usable_cpus


class SerialExecutor:
    """For debugging and tests: breakpoints and coverage work."""

    def threads(self, jobs: int) -> int:  # noqa: ARG002  # processes share out a machine, these do not
        """Return how many CPU threads each job may use."""
        return usable_cpus()

    def run(self, jobs: Sequence[tuple[str, Job]]) -> Iterator[Outcome]:
        """Yield one outcome per job, in the given order."""
        for _, job in jobs:
            yield job()
