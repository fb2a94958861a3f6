"""A part of the work items, for arrays of batch jobs."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from vln_pipeline.errors import DataError


@dataclass(frozen=True)
class Shard:
    """Every ``count``-th item, from the ``index``-th (0-based)."""

    index: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str | None) -> "Shard":
        """Read "i/n"; None is everything.

        >>> Shard.parse("1/3").part("abcdef")
        ['b', 'e']

        Raises:
            DataError: the text is not "i/n" with 0 <= i < n.
        """
        if text is None:
            return cls()
        match = re.fullmatch(r"(\d+)/(\d+)", str(text))
        if match is None or int(match[1]) >= int(match[2]):
            raise DataError("shard", f"{text!r} is not i/n with 0 <= i < n", "use e.g. --params=shard=0/16")
        return cls(int(match[1]), int(match[2]))

    def part(self, keys: Iterable[str]) -> list[str]:
        """Return this shard's keys, in the given order."""
        return list(islice(keys, self.index, None, self.count))

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"
