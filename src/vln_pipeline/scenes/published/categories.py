"""What a raw category of a data set is in the common vocabulary."""

import json
import re
from functools import cache
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.objects import Mapping, read_mapping
from vln_pipeline.scenes.scene import UNKNOWN
from vln_pipeline.scenes.vocabulary import category_of


class Categories:
    """Translates raw categories, and remembers those it could not.

    A user's mapping comes first, then the source's table, then the words of the raw category themselves.

    Attributes:
        untold: raw categories outside the vocabulary that were met.
    """

    def __init__(self, table: Path, mapping: str | None) -> None:
        """Read the source's table, and the user's mapping file where there is one.

        Raises:
            DataError: the mapping file cannot be read.
        """
        self.untold: set[str] = set()
        self._table = _read(table)
        self._mapping = read_mapping(Path(mapping)) if mapping else Mapping()

    def __call__(self, *raw: str) -> str:
        """Return the category of the first raw category that has one, from fine to coarse; "unknown" for none."""
        for name in raw:
            found = self._mapping.category(name) or self._table.get(_plain(name)) or category_of(name)
            if found is not None:
                return found
        self.untold.update(_plain(name) for name in raw[:1] if name)
        return UNKNOWN

    def defects(self) -> list[str]:
        """Return what a scene should tell of the raw categories outside the vocabulary."""
        names = sorted(self.untold)
        told = ", ".join(names[:8]) + (" ..." if len(names) > 8 else "")
        return [f"{len(names)} raw categories outside the vocabulary: {told}"] if names else []


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
