"""Images and depth maps at the network's square size, for training and for driving alike."""

import cv2
import numpy as np
from numpy.typing import NDArray

NEAREST_DEPTH, FARTHEST_DEPTH = 0.1, 5.0
"""Depth outside of this range, metres, counts as not measured."""


def letterbox_rgb(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return a (h, w, 3) image as (size, size, 3): the longer side fills the square, the rest is black."""
    return _letterbox(image, size, cv2.INTER_LINEAR)


def letterbox_mask(mask: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return a (h, w) mask as (size, size); its values stay what they are."""
    return _letterbox(mask, size, cv2.INTER_NEAREST)


def letterbox_depth(depth: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return a depth map as the network sees it.

    Args:
        depth: (h, w) metres along the optical axis; 0, NaN or infinite where nothing was measured.
        size: edge of the square, pixels.

    Returns:
        (size, size) metres, 0 where nothing was measured between 0.1 and 5 m.
    """
    measured = np.nan_to_num(depth.astype(np.float32, copy=False), nan=0.0, posinf=0.0, neginf=0.0)
    square = _letterbox(measured, size, cv2.INTER_LINEAR)
    return np.where((square >= NEAREST_DEPTH) & (square <= FARTHEST_DEPTH), square, np.float32(0))


def _letterbox(image: NDArray, size: int, interpolation: int) -> NDArray:
    scale = size / max(image.shape[:2])
    small = image if scale == 1 else cv2.resize(image, None, fx=scale, fy=scale, interpolation=interpolation)
    rows, columns = small.shape[:2]
    top, left = (size - rows) // 2, (size - columns) // 2
    framed = np.zeros((rows + 2 * top, columns + 2 * left, *image.shape[2:]), image.dtype)
    framed[top : top + rows, left : left + columns] = small
    # An odd remainder cannot be split in equal parts; the published policies then stretch by one pixel.
    return framed if framed.shape[:2] == (size, size) else cv2.resize(framed, (size, size), interpolation=interpolation)
