"""Matterport3D's ``.house``: levels, regions, categories and objects of a building (ASCII 1.1)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.published.folder import Folder
from vln_pipeline.scenes.published.objects import object_id

_TITLE = "ASCII 1.1"
_COUNTED = {"V": 5, "S": 6, "O": 8, "C": 9, "R": 10}
"""Where the first record, H, tells how many records of a kind there are."""

Record = TypeVar("Record")


@dataclass(frozen=True)
class Region:
    """A room.

    Attributes:
        level: its storey.
        code: one letter for its type.
        low: (3,) corner of its box, metres, z up.
        high: (3,) likewise.
        height: metres.
        outline: (N, 3) corners of its floor, empty where none is drawn.
    """

    level: int
    code: str
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    height: float
    outline: NDArray[np.float64]


@dataclass(frozen=True)
class HouseObject:
    """An object.

    Attributes:
        region: -1 for none.
        category: -1 for none.
    """

    region: int
    category: int


@dataclass(frozen=True)
class House:
    """A building.

    Attributes:
        categories: names by index, from fine (raw) to coarse (mpcat40).
        regions: by index.
        objects: by index, which is the object_id of the annotated mesh.
    """

    categories: dict[int, tuple[str, str]]
    regions: dict[int, Region]
    objects: dict[int, HouseObject]


def read(folder: Folder, file: Path) -> House:
    """Read a building.

    Raises:
        DataError: the file has another title, is cut off, or a record cannot be read.
    """
    name = folder.name(file)
    title, *lines = folder.text(file).splitlines() or [""]
    if title.strip() != _TITLE:
        raise DataError(name, f"does not begin with {_TITLE!r}", "download it again")
    records: dict[str, list[tuple[int, list[str]]]] = {}
    for number, line in enumerate(lines, 2):
        words = line.split()
        if words:
            records.setdefault(words[0], []).append((number, words))
    _check_counts(name, records)

    def parsed(kind: str, parse: Callable[[list[str]], Record]) -> list[Record]:
        found = []
        for number, words in records.get(kind, []):
            try:
                found.append(parse(words))
            except (ValueError, IndexError) as error:
                cause = f"line {number} is no record {kind}: {' '.join(words)[:60]!r}"
                raise DataError(name, cause, "download it again") from error
        return found

    corners: dict[int, list[NDArray[np.float64]]] = {}
    for surface, point in parsed("V", lambda w: (int(w[2]), _numbers(w[4:7]))):
        corners.setdefault(surface, []).append(point)
    outlines: dict[int, NDArray[np.float64]] = {}
    for owner, points in parsed("S", lambda w: (int(w[2]), corners.get(int(w[1]), []))):
        if len(points) > len(outlines.get(owner, ())):
            outlines[owner] = np.stack(points)

    def region(words: list[str]) -> tuple[int, Region]:
        index, box = int(words[1]), _numbers(words[9:15])
        outline = outlines.get(index, np.empty((0, 3)))
        return index, Region(int(words[2]), words[5], box[:3], box[3:], float(_numbers(words[15:16])[0]), outline)

    return House(
        categories=dict(parsed("C", lambda w: (int(w[1]), (w[3].replace("#", " "), w[5].replace("#", " "))))),
        regions=dict(parsed("R", region)),
        objects=dict(parsed("O", lambda w: (object_id(w[1]), HouseObject(int(w[2]), int(w[3]))))),
    )


def _numbers(words: list[str]) -> NDArray[np.float64]:
    found = np.array(words, dtype=np.float64)
    if not len(found) or not np.isfinite(found).all():
        raise ValueError("numbers")
    return found


def _check_counts(name: str, records: dict[str, list[tuple[int, list[str]]]]) -> None:
    """Raise for a file that holds less than it says."""
    head = records.get("H", [(0, [])])[0][1]
    for kind, place in _COUNTED.items():
        said = head[place] if len(head) > place else ""
        if not said.isdigit():
            raise DataError(name, "has no record H that counts the others", "download it again")
        if len(records.get(kind, [])) != int(said[:18]):
            cause = f"holds {len(records.get(kind, []))} records {kind} of {said}"
            raise DataError(name, cause, "download it again")
