"""HM3D's ``semantic.txt``: the instances of a scene, each with the colour that marks it."""

import re
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.folder import Folder

_TITLE = "HM3D Semantic Annotations"
# The category is quoted because it may hold commas.
_ROW = re.compile(r'\s*(\d{1,9})\s*,\s*([0-9A-Fa-f]{6})\s*,\s*"([^"]*)"\s*,\s*(-?\d{1,9})\s*')


@dataclass(frozen=True)
class Instance:
    """One annotated object.

    Attributes:
        id: its number in the file.
        color: 0xRRGGBB.
        raw: its category.
        region: its region, -1 for none.
    """

    id: int
    color: int
    raw: str
    region: int


def read(folder: Folder, file: Path) -> tuple[Instance, ...]:
    """Return the instances in file order.

    Raises:
        DataError: the file has another title, a row cannot be read, or two instances share a colour.
    """
    name = folder.name(file)
    title, *rows = folder.text(file).splitlines() or [""]
    if title.strip() != _TITLE:
        raise DataError(name, f"does not begin with {_TITLE!r}", "download it again")
    found: list[Instance] = []
    colors: dict[int, int] = {}
    for number, row in enumerate(rows, 2):
        if not row.strip():
            continue
        match = _ROW.fullmatch(row)
        if match is None:
            raise DataError(name, f"line {number} cannot be read: {row[:60]!r}", "download it again")
        index, color, raw, region = match.groups()
        instance = Instance(int(index), int(color, 16), raw, int(region))
        if instance.color in colors:
            cause = f"line {number} gives instance {instance.id} the colour of instance {colors[instance.color]}"
            raise DataError(name, cause, "download it again")
        colors[instance.color] = instance.id
        found.append(instance)
    if not found:
        raise DataError(name, "lists no instances", "download it again")
    return tuple(found)
