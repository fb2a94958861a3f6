"""Where the robot's axis may be: the distance field of a storey and its navigable cells."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.distance import signed_distance


def free_space(free: NDArray[np.bool_], config: EsdfConfig) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the (H, W) signed distance, metres, and the navigable cells of a storey.

    Free space where the robot cannot be (inside walls and cupboards, beyond walls) is blocked before the distance is
    taken, so that the field leads out of obstacles and not into their hollows.

    Args:
        free: (H, W) floor with room for the robot's height.
        config: radius, cell and smallest storey.
    """
    navigable = _largest(signed_distance(~free, config.cell, config.backend) >= config.radius, config)
    _, label = cv2.connectedComponents(free.astype(np.uint8), connectivity=4)
    space = free & np.isin(label, np.unique(label[navigable]))
    esdf = signed_distance(~space, config.cell, config.backend)
    return esdf, _largest(esdf >= config.radius, config)


def _largest(mask: NDArray[np.bool_], config: EsdfConfig) -> NDArray[np.bool_]:
    """Return the largest 4-connected piece of a mask and those of at least the smallest floor's area."""
    _, label, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    area = stats[1:, cv2.CC_STAT_AREA]
    keep = np.zeros(len(stats), dtype=bool)
    if len(area):
        keep[1:] = area >= min(area.max(), config.min_floor_area / config.cell**2)
    return keep[label]
