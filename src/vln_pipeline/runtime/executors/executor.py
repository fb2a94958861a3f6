"""Where work items run; the choice never changes their results."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from vln_pipeline.redaction import redacted


@dataclass(frozen=True)
class Failure:
    """Why a work item did not finish, without passwords and keys.

    Attributes:
        cause: one line.
        detail: traceback or exit status, for the journal.
        fatal: nothing else can succeed either (a full disk), so the run stops.
    """

    cause: str
    detail: str = ""
    fatal: bool = False

    def __post_init__(self) -> None:
        for name in ("cause", "detail"):
            object.__setattr__(self, name, redacted(getattr(self, name)))


@dataclass(frozen=True)
class Outcome:
    """What became of one work item.

    Attributes:
        key: the item's key.
        seconds: wall time.
        failure: None when it finished.
        host: name of the machine.
        found: whether another run had finished it by the time its turn came.
    """

    key: str
    seconds: float
    failure: Failure | None = None
    host: str = ""
    found: bool = False


Job = Callable[[], Outcome]
"""A picklable call that does one item and never raises for a fault of the item itself."""


class Executor(Protocol):
    """Runs jobs; one that dies (killed, out of memory) becomes a failed outcome and the others go on."""

    def threads(self, jobs: int) -> int:
        """Return how many CPU threads each of so many jobs may use."""
        ...

    def run(self, jobs: Sequence[tuple[str, Job]]) -> Iterator[Outcome]:
        """Yield one outcome per (key, job), in the order they end."""
        ...
