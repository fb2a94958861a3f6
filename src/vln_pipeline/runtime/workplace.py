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
        state: folder that outlives an interrupted attempt, for items that take hours and go on where they stopped;
            the next attempt at the same item finds it as it was, and it goes when the item is complete. It is not
            made before the item makes it.
    """

    directory: Path
    cache: Path
    threads: int
    state: Path
