"""Object ids of the faces of Gibson's meshes, in the order of the OBJ file."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.published.instance_ply import InstanceMesh

_MEND = "download the mesh and its annotation anew"


def read_ids(file: Path, name: str) -> NDArray[np.int64]:
    """Return the (F,) ids of an ``.ids`` file: raw little-endian 16-bit numbers, 0 for no object.

    Raises:
        DataError: it is cut off.
    """
    data = regular(file).read_bytes()
    if len(data) % 2 or not data:
        raise DataError(name, f"holds {len(data)} bytes, no whole number of 16-bit ids", _MEND)
    return np.frombuffer(data, "<i2").astype(np.int64)


def with_ids(mesh: Path, name: str, ids: NDArray[np.int64], max_triangles: int) -> InstanceMesh:
    """Return the triangles of an OBJ file in its own order, with their ids.

    Loaders sort faces by material; here only the order counts.

    Args:
        mesh: the OBJ file.
        name: what it is called in messages.
        ids: (F,) one per face of the file.
        max_triangles: a larger mesh is refused.

    Raises:
        DataError: the file cannot be read, or has another number of faces.
    """
    vertices: list[list[str]] = []
    faces: list[list[int]] = []
    owners: list[int] = []
    number = 0
    with regular(mesh).open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.startswith("v "):
                vertices.append(line.split()[1:4])
            elif line.startswith("f "):
                corners = [_index(word, len(vertices), name) for word in line.split()[1:]]
                faces += [[corners[0], *corners[i : i + 2]] for i in range(1, len(corners) - 1)]
                owners += [number] * (len(corners) - 2)
                number += 1
                if len(faces) > max_triangles:
                    raise DataError(name, f"more than {max_triangles} triangles", "raise scenes.gibson.max_triangles")
    if number != len(ids):
        raise DataError(name, f"has {number} faces, but its annotation {len(ids)}", _MEND)
    try:
        points = np.array(vertices, dtype=np.float64).reshape(-1, 3)
    except ValueError as error:
        raise DataError(name, f"a vertex is no list of three numbers ({str(error)[:60]})", _MEND) from error
    return InstanceMesh(points, np.array(faces, dtype=np.int64).reshape(-1, 3), ids[owners], None)


def _index(word: str, known: int, name: str) -> int:
    """Return a vertex index of a face; negative ones count from the latest vertex."""
    text = word.partition("/")[0]
    try:
        index = int(text[:12])
    except ValueError as error:
        raise DataError(name, f"a face refers to {text[:20]!r}", _MEND) from error
    return index - 1 if index > 0 else known + index
