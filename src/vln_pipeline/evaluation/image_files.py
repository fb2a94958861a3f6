"""Images as the files that policies behind HTTP are sent."""

import cv2
import numpy as np
from numpy.typing import NDArray

_DEPTH_UNIT = 1e-4
"""Metres per unit of a depth image; 6.55 m is the farthest that can be told."""

NamedFile = tuple[str, bytes, str]
"""Name, content and type of a file."""


def colour_file(name: str, rgb: NDArray[np.uint8], *, lossless: bool, quality: int, swapped: bool) -> NamedFile:
    """Return a colour image as a PNG or JPEG file.

    Args:
        name: of the part, to which the file's suffix is added.
        rgb: (h, w, 3).
        lossless: PNG, several times as large.
        quality: of a JPEG, 1 to 100.
        swapped: whether red and blue change places.
    """
    channels = rgb if swapped else rgb[..., ::-1]  # OpenCV writes blue, green, red
    if lossless:
        return f"{name}.png", cv2.imencode(".png", channels)[1].tobytes(), "image/png"
    packed = cv2.imencode(".jpg", channels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return f"{name}.jpg", packed.tobytes(), "image/jpeg"


def depth_file(depth: NDArray[np.float32]) -> NamedFile:
    """Return (h, w) metres as a PNG file of 16 bits, in units of 0.1 mm; beyond 6.55 m all is one."""
    units = np.clip(np.rint(depth / _DEPTH_UNIT), 0, np.iinfo(np.uint16).max)
    return "depth.png", cv2.imencode(".png", units.astype(np.uint16))[1].tobytes(), "image/png"
