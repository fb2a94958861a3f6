"""The header of a binary PLY file, and its elements as arrays (Turk 1994)."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular

_MOST_HEADER = 2**16
"""Longest header, bytes."""
_TYPES = {
    "char": "i1", "uchar": "u1", "short": "<i2", "ushort": "<u2", "int": "<i4", "uint": "<u4", "float": "<f4",
    "double": "<f8", "int8": "i1", "uint8": "u1", "int16": "<i2", "uint16": "<u2", "int32": "<i4", "uint32": "<u4",
    "float32": "<f4", "float64": "<f8",
}  # fmt: skip
_AGAIN = "export or download it again"


@dataclass(frozen=True)
class Element:
    """One kind of row.

    Attributes:
        name: for instance "vertex".
        count: rows.
        properties: (name, type) of each column; the type is a numpy one, or None for a list.
    """

    name: str
    count: int
    properties: tuple[tuple[str, str | None], ...]

    @property
    def names(self) -> frozenset[str]:
        """Names of the columns."""
        return frozenset(name for name, _ in self.properties)


@dataclass(frozen=True)
class PlyHeader:
    """What a PLY file says of itself.

    Attributes:
        file: the file.
        binary: whether its rows are binary and little-endian.
        elements: in file order.
        comments: the words after "comment".
        start: where the rows begin, bytes.
    """

    file: Path
    binary: bool
    elements: tuple[Element, ...]
    comments: tuple[str, ...]
    start: int

    def element(self, name: str) -> Element | None:
        """Return the element of a name, or None."""
        return next((e for e in self.elements if e.name == name), None)

    def rows(self, name: str) -> NDArray:
        """Return the rows of an element as a structured array.

        Raises:
            DataError: the file is not binary and little-endian, has a list before or in the element, or is cut off.
        """
        if not self.binary:
            raise DataError(self.file.name, "is not binary and little-endian", _AGAIN)
        offset = self.start
        for element in self.elements:
            columns = [(column, kind) for column, kind in element.properties if kind is not None]
            if len(columns) < len(element.properties):
                raise DataError(self.file.name, f"has lists in element {element.name!r}", _AGAIN)
            kind = np.dtype(columns)
            if element.name == name:
                needed = offset + kind.itemsize * element.count
                size = self.file.stat().st_size
                if size < needed:
                    raise DataError(self.file.name, f"cut off: {needed} bytes are claimed, {size} are there", _AGAIN)
                return np.fromfile(self.file, kind, element.count, offset=offset)
            offset += kind.itemsize * element.count
        raise DataError(self.file.name, f"has no element {name!r}", _AGAIN)


def read_header(file: Path) -> PlyHeader:
    """Return the header of a PLY file.

    Raises:
        DataError: it is no PLY file, or its header is damaged or longer than 64 KiB.
    """
    with regular(file).open("rb") as stream:
        start = stream.read(_MOST_HEADER)
    text, mark, rest = start.partition(b"end_header")
    if not start.startswith(b"ply") or not mark:
        raise DataError(file.name, "is no PLY file, or has no end of its header", _AGAIN)
    begin = len(text) + len(mark) + (2 if rest[:1] == b"\r" else 1)
    elements: list[tuple[str, int, list[tuple[str, str | None]]]] = []
    comments, form = [], ""
    for line in text.decode("latin-1").splitlines()[1:]:
        words = line.split()
        try:
            if not words or words[0] == "obj_info":
                continue
            if words[0] == "comment":
                comments.append(" ".join(words[1:]))
            elif words[0] == "format":
                form = words[1]
            elif words[0] == "element":
                elements.append((words[1], _count(words[2]), []))
            elif words[0] == "property":
                elements[-1][2].append((words[-1], None if words[1] == "list" else _TYPES[words[1]]))
            else:
                raise ValueError(words[0])
        except (IndexError, KeyError, ValueError) as error:
            raise DataError(file.name, f"has a header line {line[:60]!r} that means nothing", _AGAIN) from error
    found = tuple(Element(name, count, tuple(properties)) for name, count, properties in elements)
    for element in found:
        if len(element.names) < len(element.properties):
            raise DataError(file.name, f"names a column of element {element.name[:40]!r} twice", _AGAIN)
    return PlyHeader(file, form == "binary_little_endian", found, tuple(comments), begin)


def _count(word: str) -> int:
    if not word.isascii() or not word.isdigit() or len(word) > 18:
        raise ValueError(word)
    return int(word)
