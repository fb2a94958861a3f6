"""Scenes put together of boxes."""

import numpy as np

from vln_pipeline.scenes.scene import Material, Part, Scene

_CORNERS = np.array([(x, y, z) for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float64)
_FACES = np.array(
    [
        (0, 1, 3), (0, 3, 2), (4, 6, 7), (4, 7, 5), (0, 4, 5), (0, 5, 1),
        (2, 3, 7), (2, 7, 6), (0, 2, 6), (0, 6, 4), (1, 5, 7), (1, 7, 3),
    ],
    dtype=np.int32,
)  # fmt: skip


def box(x0, y0, z0, x1, y1, z1):
    """Return (vertices, faces) of a closed box, faces outwards."""
    low, high = np.array([x0, y0, z0], dtype=float), np.array([x1, y1, z1], dtype=float)
    return low + _CORNERS * (high - low), _FACES


def scene_of_boxes(name, boxes):
    """Return a scene with one part per (category, corners) of a list."""
    parts = (Part(category, *box(*corners), 0, category, number) for number, (category, corners) in enumerate(boxes, 1))
    return Scene(name, tuple(parts), (Material("plain"),))
