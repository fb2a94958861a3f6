"""Views of the look-down camera as System 1 takes them: squashed to squares, whatever their shape."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FARTHEST = 5.0
"""Depth that everything beyond it is given, metres."""


def squashed(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return (size, size, 3) of a (h, w, 3) uint8 image."""
    return np.asarray(Image.fromarray(image).resize((size, size), Image.Resampling.BICUBIC), dtype=np.uint8)


def squashed_depth(depth: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return (size, size) metres, at most ``FARTHEST``, of (h, w) metres; the nearest pixel counts, 0 stays 0."""
    rows, columns = (((np.arange(size) + 0.5) * length / size).astype(np.int64) for length in depth.shape)
    return np.minimum(depth[rows[:, None], columns], np.float32(FARTHEST))
