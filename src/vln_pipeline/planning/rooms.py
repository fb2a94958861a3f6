"""Which room each cell of a storey belongs to."""

from collections.abc import Sequence

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray
from skimage.segmentation import watershed

from vln_pipeline.scenes.scene import Room

_DOOR = 0.45
"""Half the width of the widest neck that counts as a doorway, metres."""
_CORE = 0.5
"""Least area of a room's part that is wider than a doorway, square metres."""


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


def rooms_from_walls(open_space: NDArray[np.bool_], cell: float) -> NDArray[np.int16]:
    """Divide open space at its doorways: (H, W) index of an anonymous region, -1 elsewhere.

    Cores are what is left of the space when doorways are closed; a watershed on the distance to the walls grows them
    back until they meet in the doorways. Space that belongs to no core, such as the inside of a wall, gets -1.

    Args:
        open_space: (H, W) where there is no wall.
        cell: edge of a cell, metres.
    """
    distance = cv2.distanceTransform(np.pad(open_space, 1).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    distance = distance[1:-1, 1:-1] * cell
    _, label, stats, _ = cv2.connectedComponentsWithStats((distance > _DOOR).astype(np.uint8), connectivity=4)
    kept = stats[:, cv2.CC_STAT_AREA] >= _CORE / cell**2
    kept[0] = False
    core = np.where(kept, np.cumsum(kept), 0)[label]
    return (watershed(-distance, core, mask=open_space) - 1).astype(np.int16)
