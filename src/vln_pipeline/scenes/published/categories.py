"""What a raw category of a data set is in the common vocabulary."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.objects import Mapping, read_mapping
from vln_pipeline.scenes.scene import UNKNOWN
from vln_pipeline.scenes.vocabulary import category_of

_TOLD = 8
"""Raw categories outside the vocabulary that are told by name."""


class Categories:
    """Translates raw categories, and remembers those it could not.

    A user's mapping comes first, then the source's table, then the words of the raw category themselves.

    Attributes:
        untold: how often raw categories outside the vocabulary were met.
    """

    def __init__(self, table: Path, mapping: str | None) -> None:
        """Read the source's table, and the user's mapping file where there is one.

        Raises:
            DataError: the mapping file cannot be read.
        """
        self.untold: Counter[str] = Counter()
        self._table = _read(table)
        self._mapping = read_mapping(Path(mapping)) if mapping else Mapping()

    def __call__(self, *raw: str) -> str:
        """Return the category of the first raw category that has one, from fine to coarse; "unknown" for none."""
        known = [found for found in map(self._category, raw) if found is not None]
        if not known:
            self.untold.update(_plain(name) for name in raw[:1] if name)
        return next((found for found in known if found != UNKNOWN), UNKNOWN)

    def defects(self) -> list[str]:
        """Return what a scene should tell of the raw categories outside the vocabulary, the most frequent first."""
        if not self.untold:
            return []
        ranked = sorted(self.untold.items(), key=lambda item: (-item[1], item[0]))
        told = ", ".join(f"{name} ({count})" for name, count in ranked[:_TOLD]) + (" ..." if ranked[_TOLD:] else "")
        return [f"{self.untold.total()} objects of {len(ranked)} raw categories outside the vocabulary: {told}"]

    def _category(self, raw: str) -> str | None:
        """Return the category of a raw one as a whole, else of the first of its words for one thing that has one."""
        alternatives = (raw, *_parts(raw))
        listed = (self._mapping.category(name) or self._table.get(_plain(name)) for name in alternatives)
        spoken = (category_of(name) for name in (_parts(raw) or (raw,)))
        return next((found for found in (*listed, *spoken) if found is not None), None)


def _parts(raw: str) -> tuple[str, ...]:
    """Return the names that a raw category gives for one thing; "coarse/fine", without blanks, is one name."""
    parts = re.split(r"\s+/\s*|\s*/\s+", raw)
    return tuple(parts) if len(parts) > 1 else ()


def _plain(raw: str) -> str:
    return " ".join(re.split(r"[\s_-]+", raw.strip().lower()))


@cache
def _read(file: Path) -> dict[str, str]:
    """Return category by raw category from a table that lists raw categories by category."""
    entries = json.loads(file.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for category, raws in entries.items():
        for raw in raws:
            if found.setdefault(_plain(raw), category) != category:
                raise DataError(file.name, f"{raw!r} stands under two categories", "leave one")
    return found
