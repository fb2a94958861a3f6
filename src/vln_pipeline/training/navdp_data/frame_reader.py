"""Frames at the network's size, decoded when they are asked for."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.letterbox import letterbox_depth, letterbox_rgb
from vln_pipeline.training.navdp_data.walk import Walk

DEPTH_UNIT = 1e-4
"""Metres per unit of 16-bit depth; what the published images have."""


class FrameReader(Protocol):
    """Letterboxed frames by walk and number."""

    def rgb(self, walk: int, frame: int) -> NDArray[np.uint8]:
        """Return (S, S, 3) uint8 sRGB; a DataError says that it cannot be read."""
        ...

    def depth(self, walk: int, frame: int) -> NDArray[np.float32]:
        """Return (S, S) float32 metres, thresholded; a DataError says that it cannot be read."""
        ...


class DecodedFrames:
    """Decodes and letterboxes each frame anew.

    Args:
        walks: of the index.
        size: S, edge of the square, pixels.
    """

    def __init__(self, walks: Sequence[Walk], size: int) -> None:
        self._walks, self._size = walks, size

    def rgb(self, walk: int, frame: int) -> NDArray[np.uint8]:
        """Return (S, S, 3) uint8 sRGB."""
        return boxed_rgb(self._walks[walk], frame, self._size)

    def depth(self, walk: int, frame: int) -> NDArray[np.float32]:
        """Return (S, S) float32 metres."""
        return to_metres(boxed_depth(self._walks[walk], frame, self._size))


def boxed_rgb(walk: Walk, frame: int, size: int) -> NDArray[np.uint8]:
    """Return a frame's (size, size, 3) colours."""
    image = walk.frames.rgb(frame)
    _check(walk, frame, image.shape)
    return letterbox_rgb(image, size)


def boxed_depth(walk: Walk, frame: int, size: int) -> NDArray[np.uint16]:
    """Return a frame's (size, size) depth in whole units, so that packed and decoded frames are the same."""
    depth = walk.frames.depth(frame)
    _check(walk, frame, depth.shape)
    return np.rint(letterbox_depth(depth, size) / np.float32(DEPTH_UNIT)).astype(np.uint16)


def to_metres(units: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return depth in metres."""
    return units.astype(np.float32) * np.float32(DEPTH_UNIT)


def _check(walk: Walk, frame: int, shape: tuple[int, ...]) -> None:
    if shape[:2] != (walk.intrinsics.height, walk.intrinsics.width):
        raise DataError(f"{walk.name}, frame {frame}", f"is of {shape[1]}x{shape[0]} pixels, unlike its camera")
