"""Which surfaces form one object, and what it is."""

import csv
import fnmatch
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.mesh.model import Surface
from vln_pipeline.scenes.scene import UNKNOWN
from vln_pipeline.scenes.vocabulary import category_of

_PIECE = re.compile(r"__\d+$")
"""How exporters number the pieces of an object that they split by material."""


@dataclass(frozen=True)
class Identity:
    """What a surface belongs to.

    Attributes:
        name: of the object.
        category: of the object.
        instance: object id >= 1.
    """

    name: str
    category: str
    instance: int


class Mapping:
    """Node-name patterns (* and ?) and their categories, first match first.

    >>> Mapping([("Box*", "suitcase")]).category("Box_01")
    'suitcase'
    """

    def __init__(self, rows: Sequence[tuple[str, str]] = ()) -> None:
        self._rows = [(re.compile(fnmatch.translate(pattern), re.IGNORECASE), name) for pattern, name in rows]

    def category(self, name: str) -> str | None:
        """Return the category of a node name, or None."""
        return next((category for pattern, category in self._rows if pattern.match(name)), None)


def read_mapping(file: Path) -> Mapping:
    """Read a mapping file: CSV rows ``pattern,category``, or a JSON or YAML object of the same.

    Raises:
        DataError: the file is missing or is neither.
    """
    try:
        text = regular(file).read_text(encoding="utf-8-sig")
        if file.suffix.lower() == ".csv":
            rows = [(row[0], row[1]) for row in csv.reader(text.splitlines()) if row]
        else:
            rows = list((json.loads if file.suffix.lower() == ".json" else yaml.safe_load)(text).items())
        return Mapping([(str(pattern), " ".join(str(name).lower().split())) for pattern, name in rows])
    except (OSError, ValueError, IndexError, AttributeError, RecursionError, csv.Error, yaml.YAMLError) as error:
        cause = f"no readable mapping ({type(error).__name__})"
        raise DataError(file.name, cause, "give it rows of pattern,category") from error


def identify(surfaces: Sequence[Surface], mapping: Mapping) -> list[Identity]:
    """Return the object of each surface.

    A node is an object. Nodes whose names differ only in a piece number ("Bed_01__1", "Bed_01__2") are one object. A
    node that names no category belongs to the nearest node above it that does, so the legs of a chair are the chair.
    Instances of one node are objects of their own. The only node of a file tells nothing: it is named for the building.
    """
    alone = len({surface.node[0] for surface in surfaces}) == 1
    instances: dict[tuple[str | int, ...], int] = {}
    found = []
    for surface in surfaces:
        path = tuple(_PIECE.sub("", name) for name in surface.path)
        depth, category = _named(path, mapping, alone)
        pieces = path[-1] != surface.path[-1] or depth < len(path)
        key: tuple[str | int, ...] = (*path[:depth], *surface.node[1:]) if pieces else surface.node
        instance = instances.setdefault(key, len(instances) + 1)
        found.append(Identity(path[depth - 1], category, instance))
    return found


def told_by(identities: Sequence[Identity], mapping: Mapping) -> str:
    """Return in words how the categories of a scene were found."""
    named = {i.instance: i for i in identities}.values()
    mapped = [i for i in named if mapping.category(i.name) is not None]
    worded = [i for i in named if i.category != UNKNOWN and mapping.category(i.name) is None]
    nothing = sum(i.category == UNKNOWN for i in named)
    counts = [
        f"{len(mapped)} by scenes.mesh.categories" if mapped else "",
        f"{len(worded)} by words in their names ({worded[0].name!r}: {worded[0].category})" if worded else "",
        f"{nothing} by nothing: no word of the vocabulary is in their names" if nothing else "",
    ]
    return f"categories: of {len(named)} objects, {', '.join(count for count in counts if count)}"


def _named(path: tuple[str, ...], mapping: Mapping, alone: bool) -> tuple[int, str]:
    """Return how many nodes lead to the one that names a category, and the category."""
    for depth in range(len(path), 0, -1):
        category = mapping.category(path[depth - 1])
        if category is None and not alone:
            category = category_of(path[depth - 1])
        if category is not None:
            return depth, category
    return len(path), UNKNOWN
