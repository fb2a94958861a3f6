"""Faces of OBJ files in the form that trimesh understands (Wavefront, Object Files, B1)."""

import re
from array import array
from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.mesh.polygons import concave, triangulated

_RELATIVE = re.compile(rb"^f[^\n]*?[ /](?:-|0+(?:[/ \r]|$))", re.MULTILINE)
"""A face with a corner that is told relatively, or with corner 0."""
_POLYGON = re.compile(rb"^f(?: +[^ \r\n]+){4}", re.MULTILINE)
_KINDS = (b"v", b"vt", b"vn")


def plain_faces(text: bytes) -> bytes:
    """Return the text of an OBJ file without relative corners and without concave polygons.

    Relative corners count from the face, and trimesh counts them from the end of the file; it also fans polygons,
    which covers what lies outside a concave one.

    Args:
        text: words parted by blanks, each statement on one line.

    Raises:
        ValueError: a face has a corner 0, or one before the first.
    """
    relative = _RELATIVE.search(text) is not None
    if not relative and _POLYGON.search(text) is None:
        return text
    lines = text.split(b"\n")
    counts, points = dict.fromkeys(_KINDS, 0), array("d")
    polygons: dict[int, tuple[array, array]] = defaultdict(lambda: (array("q"), array("q")))
    for number, line in enumerate(lines):
        words = line.partition(b"#")[0].split()
        kind = words[0] if words else b""
        if kind in counts:
            counts[kind] += 1
            if kind == b"v":
                x, y, z = map(float, words[1:4])
                points.extend((x, y, z))
        elif kind == b"f":
            corners = words[1:]
            if relative:
                corners = [_absolute(word, counts) for word in corners]
                lines[number] = b"f " + b" ".join(corners)
            if len(corners) > 3:
                where, indexes = polygons[len(corners)]
                where.append(number)
                indexes.extend(int(corner.partition(b"/")[0]) - 1 for corner in corners)
    vertices = np.array(points).reshape(-1, 3)
    for corners_each, (where, indexes) in polygons.items():
        _divide(lines, np.array(where), np.array(indexes).reshape(-1, corners_each), vertices)
    return b"\n".join(lines)


def _absolute(corner: bytes, counts: dict[bytes, int]) -> bytes:
    """Return a corner (v, v/vt, v//vn or v/vt/vn) counted from the first of each kind."""
    if b"-" not in corner and not corner.startswith(b"0"):
        return corner
    found = []
    for kind, word in zip(_KINDS, corner.split(b"/"), strict=False):
        index = int(word) if word else None
        if index is not None and index < 0:
            index += counts[kind] + 1
        if index is not None and index < 1:
            raise ValueError(f"a face has corner {corner.decode(errors='replace')[:20]}, which does not exist")
        found.append(b"" if index is None else b"%d" % index)
    return b"/".join(found)


def _divide(
    lines: list[bytes], where: NDArray[np.int64], polygons: NDArray[np.int64], vertices: NDArray[np.float64]
) -> None:
    """Put triangles in the place of the concave ones of (F, k) polygons, whose lines stand at ``where``."""
    there = ((polygons >= 0) & (polygons < len(vertices))).all(axis=1)
    where, points = where[there], vertices[polygons[there]]
    bent = concave(points)
    if not bent.any():
        return
    owners, triangles = triangulated(points[bent])
    pieces = np.split(triangles, np.searchsorted(owners, np.arange(1, int(bent.sum()))))
    for line, piece in zip(where[bent].tolist(), pieces, strict=True):
        corners = lines[line].partition(b"#")[0].split()[1:]
        lines[line] = b"\n".join(b"f " + b" ".join(corners[corner] for corner in triangle) for triangle in piece)
