"""HSSD's names of objects: ``semantics/objects.csv``, and the lexicon that configurations refer to."""

import csv
from dataclasses import dataclass

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.habitat import lexicon
from vln_pipeline.scenes.published.folder import Folder

_TABLE, _LEXICON = "semantics/objects.csv", "semantics/hssd-hab_semantic_lexicon.json"


@dataclass(frozen=True)
class ObjectNames:
    """What an object is called.

    Attributes:
        classes: of the lexicon, by semantic id.
        table: names by object, from fine to coarse.
    """

    classes: dict[int, str]
    table: dict[str, tuple[str, ...]]

    def of(self, handle: str, semantic_id: int | None) -> tuple[str, ...]:
        """Return all names of an object, those of the table first: it was made object by object."""
        named = self.classes.get(semantic_id, "") if semantic_id is not None else ""
        return (*self.table.get(handle, ()), *([named] if named else []))


def read(folder: Folder, lexicon_file: str | None) -> ObjectNames:
    """Return the names that a copy of the data set holds.

    Args:
        folder: root of the data set.
        lexicon_file: where its configuration says the lexicon lies, or None.

    Raises:
        DataError: it holds neither table nor lexicon, or one that cannot be read.
    """
    table, words = folder.find(_TABLE), folder.find(lexicon_file or _LEXICON)
    if table is None and words is None:
        raise DataError(_LEXICON, "is missing, and so is semantics/objects.csv", "download the folder semantics")
    return ObjectNames(lexicon.read(folder, words) if words else {}, _rows(folder, table.name) if table else {})


def _rows(folder: Folder, name: str) -> dict[str, tuple[str, ...]]:
    file = folder.file(_TABLE, "download the folder semantics")
    try:
        rows = list(csv.DictReader(folder.text(file).splitlines()))
    except csv.Error as error:
        raise DataError(name, f"cannot be read ({error})", "download it again") from error
    if rows and not {"id", "main_category"} <= rows[0].keys():
        raise DataError(name, "has no columns id and main_category", "download it again")
    return {
        row["id"]: tuple(str(row[c]) for c in ("main_category", "name") if row.get(c)) for row in rows if row.get("id")
    }
