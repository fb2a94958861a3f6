"""What a work item is given by whoever runs it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Workplace:
    """Where one work item writes, and what it may use.

    Attributes:
        directory: empty folder of the item; it becomes visible under its final name when the item is complete.
        cache: folder shared by all runs for what is expensive and keyed by content (baked light, model answers).
        threads: CPU threads the item may use.
    """

    directory: Path
    cache: Path
    threads: int
