"""What was read of the folders that were given, and what was not."""

from collections import Counter
from dataclasses import dataclass, field

from vln_pipeline.errors import DataError


@dataclass
class ReadReport:
    """Counts of what was read and of what was skipped, by cause.

    Attributes:
        episodes: walks that samples are taken from; one seen through several cameras counts for each.
        skipped: scenes, walks and instructions that were left out, by cause.
        examples: the first of each.
    """

    episodes: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def skip(self, error: DataError) -> None:
        """Note what an error kept from being read."""
        self.skipped[error.cause] += 1
        self.examples.setdefault(error.cause, error.subject)

    def add(self, other: "ReadReport") -> None:
        """Take over the counts of another report."""
        self.episodes += other.episodes
        self.skipped.update(other.skipped)
        self.examples = other.examples | self.examples

    def lines(self) -> list[str]:
        """Return the report as text, a line each."""
        head = f"{self.episodes} episodes; {self.skipped.total()} scenes, episodes and instructions skipped"
        causes = self.skipped.most_common()
        return [head, *(f"skipped {count}: {cause} (the first is {self.examples[cause]})" for cause, count in causes)]
