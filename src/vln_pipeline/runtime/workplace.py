"""What a work item is given by whoever runs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
        parents: content by "store/key" of the items that it is made from.
    """

    directory: Path
    cache: Path
    threads: int
    state: Path
    parents: Mapping[str, str] = field(default_factory=dict)

    @property
    def made_from(self) -> str:
        """What the item is made from, for a dataset's card: each parent with the first digits of its content."""
        return ", ".join(f"{name} {content[:12]}" for name, content in sorted(self.parents.items()))
