"""Objects told by boxes, in the manner of InteriorGS, given to the faces inside them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.mesh.structure import cut_out
from vln_pipeline.scenes.scene import UNKNOWN, Part
from vln_pipeline.scenes.triangles import corners_of
from vln_pipeline.scenes.vocabulary import category_of, is_structural

_MOST_TEXT = 64 * 2**20
_MOST_BOXES = 5_000
_PADDING = 0.02
"""Distance beyond a box that still counts, metres: a surface from Gaussians is thicker than the object."""


@dataclass(frozen=True)
class Box:
    """One object.

    Attributes:
        name: as the file tells.
        category: in the common vocabulary.
        planes: (P, 4) outward unit normals and offsets, world, metres; inside all are <= 0.
        low, high: (3,) corners of the box around it, metres, world.
        volume: m3.
    """

    name: str
    category: str
    planes: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    volume: float


def read_boxes(file: Path, to_world: NDArray[np.float64]) -> tuple[tuple[Box, ...], tuple[str, ...]]:
    """Return the boxes of a file, smallest first, and what is to be told of those left out.

    The file is a list of ``{"label": ..., "bounding_box": [{"x": ..., "y": ..., "z": ...} x 8]}``, or such a list under
    "labels". Corners may come in any order. Entries without a box, such as walls, are left out.

    Args:
        file: the file.
        to_world: (4, 4) from the splat's frame to the world.

    Raises:
        DataError: it holds no such list.
    """
    mend = "give a list of label and bounding_box, as InteriorGS's labels.json"
    try:
        told = json.loads(regular(file, _MOST_TEXT).read_text(encoding="utf-8-sig"))
        entries = told["labels"] if isinstance(told, dict) else told
    except (OSError, ValueError, KeyError, RecursionError) as error:
        raise DataError(file.name, f"holds no boxes ({type(error).__name__})", mend) from error
    if not isinstance(entries, list) or len(entries) > _MOST_BOXES:
        raise DataError(file.name, f"holds no list of at most {_MOST_BOXES} boxes", mend)
    boxes = [box for entry in entries if (box := _box(entry, to_world)) is not None]
    left_out = len(entries) - len(boxes)
    notes = (f"{left_out} of {len(entries)} labels have no usable box",) if left_out else ()
    return tuple(sorted(boxes, key=lambda box: box.volume)), notes


def label_by_boxes(parts: Sequence[Part], boxes: Sequence[Box]) -> tuple[Part, ...]:
    """Return parts whose unknown faces belong to the smallest box that holds their middle; each box is an object.

    Floor, walls and ceiling stay what they are: a box that touches them would take its piece of them.
    """
    used = max(part.instance for part in parts)
    found: list[Part] = []
    for part in parts:
        if part.category != UNKNOWN:
            found.append(part)
            continue
        a, b, c = corners_of(part.vertices, part.faces)
        owner = _owners((a + b + c) / 3, boxes)
        for index in np.unique(owner):
            of_box = cut_out(part, owner == index)
            if index >= 0:
                box = boxes[index]
                of_box = Part(
                    box.name, of_box.vertices, of_box.faces, of_box.material, box.category, used + 1 + int(index),
                    of_box.uv, of_box.colors,
                )  # fmt: skip
            found.append(of_box)
    return tuple(found)


def _owners(centres: NDArray[np.float64], boxes: Sequence[Box]) -> NDArray[np.int64]:
    """Return the index of the first box that holds each point; -1 for none."""
    owner = np.full(len(centres), -1, dtype=np.int64)
    for index, box in enumerate(boxes):
        near = (owner < 0) & ((centres >= box.low - _PADDING) & (centres <= box.high + _PADDING)).all(axis=1)
        rows = np.flatnonzero(near)
        inside = (centres[rows] @ box.planes[:, :3].T + box.planes[:, 3] <= _PADDING).all(axis=1)
        owner[rows[inside]] = index
    return owner


def _box(entry: Any, to_world: NDArray[np.float64]) -> Box | None:
    """Return the box of an entry; None for one without, for one that is flat, and for parts of the building."""
    try:
        name = str(entry["label"])[:80]
        corners = np.array([[point[axis] for axis in "xyz"] for point in entry["bounding_box"]], dtype=np.float64)
        if corners.shape != (8, 3) or not np.isfinite(corners).all():
            return None
        corners = corners @ to_world[:3, :3].T + to_world[:3, 3]
        hull = ConvexHull(corners)
    except (TypeError, KeyError, ValueError, OverflowError, QhullError):
        return None
    category = category_of(name) or UNKNOWN
    if is_structural(category):
        return None
    return Box(name, category, hull.equations, corners.min(axis=0), corners.max(axis=0), float(hull.volume))
