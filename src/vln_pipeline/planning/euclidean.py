"""Euclidean distances on grids, to the bit the same on every machine and with any number of threads."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt

_SURE = 1000.0
"""Cells up to which the square of a distance in single precision, rounded, is the right whole number."""


def euclidean_distance(away: NDArray) -> NDArray[np.float32]:
    """Return the (H, W) distance, in cells, from each cell's centre to that of the nearest one that is 0.

    OpenCV's transform (Felzenszwalb and Huttenlocher, 2012) takes roots in another way with another number of threads.
    Squared distances between cells are whole numbers, so they are restored, and their roots rounded once.

    Args:
        away: (H, W) truth values or numbers; infinity is returned everywhere where none is 0.
    """
    if away.all():
        return np.full(away.shape, np.inf, dtype=np.float32)
    found = cv2.distanceTransform(away.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    if found.max(initial=0.0) > _SURE:
        return np.asarray(distance_transform_edt(away), dtype=np.float32)
    return np.sqrt(np.rint(np.square(found, dtype=np.float64))).astype(np.float32)
