"""Which room each cell of a storey belongs to."""

from collections.abc import Sequence

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from skimage.segmentation import watershed

from vln_pipeline.planning.distance import distance_to_zeros
from vln_pipeline.scenes.scene import Room

_DOOR = 0.9
"""Width of a doorway, metres; a part of the space that is nowhere wider is no room of its own."""
_SMALLEST = 1.5
"""Area of the smallest room, square metres."""
_NARROW = 0.6
"""A wider opening parts two rooms when it is at most so wide in relation to the narrower of them."""


def rooms_from_polygons(
    rooms: Sequence[Room], heights: Sequence[float], index: int, centres: NDArray[np.float64]
) -> NDArray[np.int16]:
    """Return the (H, W) index of the room that each cell's centre lies in, -1 where none.

    Args:
        rooms: of the scene; a room belongs to the storey whose height is nearest to its floor.
        heights: of all storeys, metres.
        index: which storey.
        centres: (H, W, 2) world xy, metres.
    """
    result = np.full(centres.shape[:2], -1, dtype=np.int16)
    for number, room in enumerate(rooms):
        if int(np.argmin(np.abs(np.asarray(heights) - room.floor))) == index:
            inside = shapely.contains_xy(shapely.Polygon(room.polygon), centres[..., 0], centres[..., 1])
            result[inside] = number
    return result


def rooms_from_walls(space: NDArray[np.bool_], inside: NDArray[np.bool_], cell: float) -> NDArray[np.int16]:
    """Divide a storey at its doorways: (H, W) index of an anonymous region, -1 where not inside.

    A watershed on the distance to the walls parts the space at every neck. Necks are then undone, the widest first, but
    for doorways: those no wider than a door, or narrow in relation to both of their sides.

    Args:
        space: (H, W) where there is no wall.
        inside: (H, W) where a region is wanted.
        cell: edge of a cell, metres.
    """
    distance = distance_to_zeros(np.pad(space, 1).astype(np.uint8))[1:-1, 1:-1]
    width: NDArray[np.float32] = (np.maximum(2 * distance - 1, 0) * cell).astype(np.float32)
    ridge = space & (width >= cv2.dilate(width, np.ones((3, 3), dtype=np.uint8)))
    _, peaks = cv2.connectedComponents(ridge.astype(np.uint8), connectivity=8)
    basin = watershed(-width, peaks, mask=space)
    widest = np.zeros(basin.max() + 1)
    np.maximum.at(widest, basin.ravel(), width.ravel())
    area = np.bincount(basin.ravel(), minlength=len(widest)) * cell**2
    parent = list(range(len(widest)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second, neck in _necks(basin, width):
        narrower, wider = sorted((root(first), root(second)), key=lambda index: (widest[index], index))
        room = widest[narrower] > _DOOR and min(area[narrower], area[wider]) > _SMALLEST
        if narrower != wider and not (room and neck <= max(_DOOR, _NARROW * widest[narrower])):
            parent[narrower] = wider
            area[wider] += area[narrower]
    region = np.array([root(index) for index in range(len(parent))])[basin]
    result = np.full(space.shape, -1, dtype=np.int16)
    kept = inside & (basin > 0)
    result[kept] = np.unique(region[kept], return_inverse=True)[1]
    return result


def _necks(basin: NDArray[np.int32], width: NDArray[np.float32]) -> list[tuple[int, int, float]]:
    """Return each pair of neighbouring basins with the width of the space where they meet, the widest first."""
    pairs, widths = [], []
    for here, there in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        a, b = basin[here], basin[there]
        border = (a != b) & (a > 0) & (b > 0)
        pairs.append(np.sort(np.stack([a[border], b[border]], axis=1), axis=1))
        widths.append(np.minimum(width[here], width[there])[border])
    unique, which = np.unique(np.concatenate(pairs), axis=0, return_inverse=True)
    neck = np.zeros(len(unique), dtype=np.float32)
    np.maximum.at(neck, which.ravel(), np.concatenate(widths))
    order = np.argsort(-neck, kind="stable")
    return [(int(unique[i, 0]), int(unique[i, 1]), float(neck[i])) for i in order]
