"""Signed distance to blocked cells that never says there is more room than there is."""

from typing import Literal

import cv2
import numpy as np
import skfmm
from numpy.typing import NDArray
from scipy import ndimage

_SURE = 1000
"""Distance, cells, up to which rounding its square mends an error of the last bit of a float32; farther ones are taken
from a slower transform that counts in whole numbers."""


def signed_distance(
    blocked: NDArray[np.bool_], cell: float, backend: Literal["edt", "fmm"] = "edt"
) -> NDArray[np.float32]:
    """Return the (H, W) signed distance, metres, from each cell's centre to the blocked squares; negative inside.

    Minus infinity where no cell is free. Everything outside the grid is blocked. A blocked cell is blocked over its
    whole square, and the distance is to the square, not to its centre. An eighth of a cell is taken off on top, which
    covers bilinear interpolation: away from obstacles a distance field is semi-concave, it bends upwards by at most
    1 / d, so that between centres the interpolated value exceeds the field by at most cell^2 / (8 d) in each of two
    directions. That is less than the eighth wherever the value is two cells or more.

    Args:
        blocked: (H, W) where the robot's axis may not be.
        cell: edge of a cell, metres.
        backend: "edt", the exact Euclidean transform (Felzenszwalb and Huttenlocher, 2012) on a grid of twice the
            resolution, whose points are the corners, edge centres and centres of the cells; or "fmm", second-order fast
            marching (Sethian, 1996) by scikit-fmm, less a bound on its error.
    """
    if blocked.all():
        return np.full(blocked.shape, -np.inf, dtype=np.float32)
    padded = np.pad(blocked, 1, constant_values=True)
    raw = _exact(padded) if backend == "edt" else _fast_marching(padded)
    return ((raw[1:-1, 1:-1] - 0.125) * cell).astype(np.float32)


def distance_to_zeros(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the (H, W) Euclidean distance, cells, from each cell's centre to that of the nearest cell that is 0.

    Infinity where no cell is 0.

    OpenCV's last bit depends on its threads and on where the array lies in memory, so its squares are rounded to the
    whole numbers that they are.
    """
    if mask.all():
        return np.full(mask.shape, np.inf, dtype=np.float32)
    distance = cv2.distanceTransform(mask, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    if distance.max() < _SURE:
        return np.sqrt(np.rint(np.square(distance)))
    return np.asarray(ndimage.distance_transform_edt(mask), dtype=np.float32)


def gradient(distance: NDArray[np.float32], cell: float) -> NDArray[np.float32]:
    """Return the (H, W, 2) gradient (d/dx, d/dy) of a field by central differences, one-sided at the border."""
    along_y, along_x = np.gradient(distance, cell)
    return np.stack([along_x, along_y], axis=-1)


def _exact(blocked: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Signed distance in cells; on the doubled grid every point that touches a square of the other kind is a target."""
    outside, inside = (_to_squares(mask) for mask in (blocked, ~blocked))
    return outside - inside


def _to_squares(targets: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Distance in cells from each centre to the nearest closed square of the targets, 0 in them."""
    height, width = targets.shape
    points = np.zeros((2 * height + 1, 2 * width + 1), dtype=np.uint8)
    points[1::2, 1::2] = targets
    points = cv2.dilate(points, np.ones((3, 3), dtype=np.uint8))
    distance = distance_to_zeros(1 - points)
    return np.asarray(distance[1::2, 1::2] / 2, dtype=np.float32)


def _fast_marching(blocked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Signed distance in cells, less what it may exceed the distance to the squares by.

    The zero contour lies half way between free and blocked centres and cuts the corner of a square by
    (sqrt(2) - 1) / 2 of a cell; second-order marching itself errs by up to a quarter of a cell.
    """
    field = skfmm.distance(np.where(blocked, -0.5, 0.5), order=2)
    return np.asarray(field) - (np.sqrt(2) - 1) / 2 - 0.25
