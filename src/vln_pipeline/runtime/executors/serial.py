"""One item after the other, in this process."""

from collections.abc import Iterator, Sequence

from vln_pipeline.runtime.executors.executor import Job, Outcome


class SerialExecutor:
    """For debugging and tests: breakpoints and coverage work."""

    def run(self, jobs: Sequence[tuple[str, Job]]) -> Iterator[Outcome]:
        """Yield one outcome per job, in the given order."""
        for _, job in jobs:
            yield job()
