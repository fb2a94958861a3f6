"""PLY files whose faces bear the id of the object they belong to (Turk 1994, with a face property object_id)."""

import re
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular

_TYPES = {
    **dict.fromkeys(("char", "int8"), "i1"),
    **dict.fromkeys(("uchar", "uint8"), "u1"),
    **dict.fromkeys(("short", "int16"), "<i2"),
    **dict.fromkeys(("ushort", "uint16"), "<u2"),
    **dict.fromkeys(("int", "int32"), "<i4"),
    **dict.fromkeys(("uint", "uint32"), "<u4"),
    **dict.fromkeys(("float", "float32"), "<f4"),
    **dict.fromkeys(("double", "float64"), "<f8"),
}
_HEADER = 65536
"""A header ends within so many bytes."""
_MEND = "download it again"


@dataclass(frozen=True)
class InstanceMesh:
    """Triangles with object ids.

    Attributes:
        vertices: (V, 3) float64, as in the file.
        faces: (F, 3) int64; a polygon is a fan around its first corner.
        ids: (F,) int64 object id of each face.
        colors: (V, 3) uint8, or None.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int64]
    ids: NDArray[np.int64]
    colors: NDArray[np.uint8] | None


def read(file: Path, max_triangles: int) -> InstanceMesh:
    """Read a binary little-endian PLY file.

    Raises:
        DataError: it is none, is cut off, lacks coordinates or object ids, or has too many faces.
    """
    data = regular(file).read_bytes()
    end = data.find(b"end_header", 0, _HEADER)
    end = data.find(b"\n", end) + 1 if end > 0 else 0
    if not data.startswith(b"ply") or not end:
        raise DataError(file.name, "no PLY header", _MEND)
    header = data[:end].decode("ascii", errors="replace")
    if not re.search(r"^format binary_little_endian 1\.0\s*$", header, re.MULTILINE):
        raise DataError(file.name, "is not binary little-endian", "convert it to binary_little_endian PLY")
    elements = _elements(header, file.name)
    if [name for name, _, _ in elements[:2]] != ["vertex", "face"]:
        raise DataError(file.name, "holds no vertices and faces", _MEND)
    (_, vertex_count, vertex_lines), (_, face_count, face_lines) = elements[:2]
    if face_count > max_triangles:
        raise DataError(file.name, f"{face_count} faces", "raise max_triangles of the source")
    vertex = _scalars(vertex_lines, file.name)
    size = vertex.itemsize * vertex_count
    if end + size > len(data):
        raise DataError(file.name, f"cut off: claims {vertex_count} vertices", _MEND)
    points = np.frombuffer(data, vertex, vertex_count, end)
    names = vertex.names or ()
    if not {"x", "y", "z"} <= set(names):
        raise DataError(file.name, "its vertices have no x, y, z", _MEND)
    faces, ids = _faces(data, end + size, face_count, face_lines, file.name)
    rgb = ("red", "green", "blue")
    has_colors = all(c in names and vertex[c] == np.uint8 for c in rgb)
    return InstanceMesh(
        vertices=np.stack([points[axis] for axis in "xyz"], axis=1).astype(np.float64),
        faces=faces,
        ids=ids,
        colors=np.stack([points[c] for c in rgb], axis=1) if has_colors else None,
    )


def _elements(header: str, file: str) -> list[tuple[str, int, list[str]]]:
    """Return name, count and property lines of each element."""
    found: list[tuple[str, int, list[str]]] = []
    for line in header.splitlines():
        words = line.split()
        if words[:1] == ["element"]:
            if len(words) != 3 or not words[2].isdigit() or len(words[2]) > 18:
                raise DataError(file, f"its header cannot be read: {line[:60]!r}", _MEND)
            found.append((words[1], int(words[2]), []))
        elif words[:1] == ["property"] and found:
            found[-1][2].append(line)
    return found


def _scalars(lines: list[str], file: str) -> np.dtype:
    try:
        return np.dtype([(name, _TYPES[kind]) for _, kind, name in map(str.split, lines)])
    except (ValueError, KeyError) as error:
        raise DataError(file, f"a property is unknown ({error})", _MEND) from error


def _faces(
    data: bytes, start: int, count: int, lines: list[str], file: str
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return (F, 3) triangles and their (F,) object ids."""
    head, *rest = lines or [""]
    words = head.split()
    if words[:2] != ["property", "list"] or len(words) != 5 or _TYPES.get(words[2]) != "u1":
        raise DataError(file, "its faces do not begin with a list of vertices", _MEND)
    if _TYPES.get(words[3]) not in ("<i4", "<u4"):
        raise DataError(file, f"its vertex indexes are {words[3]}", "write them as int")
    tail = _scalars(rest, file)
    if "object_id" not in (tail.names or ()):
        raise DataError(file, "its faces have no object_id", "use the annotated mesh of the data set")
    # Each face has at least its count and its tail, so an absurd count allocates nothing.
    if count * (1 + tail.itemsize) > len(data) - start:
        raise DataError(file, f"cut off: claims {count} faces", _MEND)
    raw = np.frombuffer(data, np.uint8)
    offsets, done = _walk(raw, start, count, tail.itemsize)
    if done < count:
        raise DataError(file, f"cut off after {done} of {count} faces", _MEND)
    corners = raw[offsets].astype(np.int64)
    tails = _gather(raw, offsets + 1 + 4 * corners, tail.itemsize).view(tail).ravel()
    ids = tails["object_id"].astype(np.int64)
    triangles, owners = [np.empty((0, 3), dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for size in np.unique(corners[corners >= 3]).tolist():
        which = np.flatnonzero(corners == size)
        polygons = _gather(raw, offsets[which] + 1, 4 * size).view("<i4").astype(np.int64)
        for i in range(1, size - 1):
            triangles.append(polygons[:, [0, i, i + 1]])
            owners.append(which)
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    return np.concatenate(triangles)[order], ids[owner[order]]


@numba.njit(cache=True)
def _walk(data: NDArray[np.uint8], start: int, count: int, tail: int) -> tuple[NDArray[np.int64], int]:
    """Return where each face begins, and how many lie wholly inside the data."""
    offsets = np.empty(count, dtype=np.int64)
    position = start
    for i in range(count):
        if position >= len(data):
            return offsets, i
        after = position + 1 + 4 * int(data[position]) + tail
        if after > len(data):
            return offsets, i
        offsets[i] = position
        position = after
    return offsets, count


def _gather(data: NDArray[np.uint8], offsets: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """Return (N, size) bytes from each offset."""
    return data[offsets[:, None] + np.arange(size)]
