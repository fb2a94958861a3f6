"""Images of requests, read without trusting them."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vln_pipeline.serving.refused import RefusedRequestError

DEPTH_UNIT = 1e-4
"""Metres per unit of a depth image."""
_DEEP = ("I;16", "I;16B", "I")


def read_colour(raw: bytes, name: str, pixels: int) -> NDArray[np.uint8]:
    """Return (h, w, 3) RGB of a JPEG or PNG file.

    Args:
        raw: the file.
        name: of the part it came in, for the refusal.
        pixels: at most.

    Raises:
        RefusedRequestError: it is no such file, has no colours of 8 bits, as a depth image, or is too large.
    """
    image = _opened(raw, name, pixels)
    if image.mode in _DEEP:  # which would be taken for white all over
        raise RefusedRequestError(422, f"{name} is an image of one channel of 16 bits, as depth is; colours are needed")
    return np.array(image.convert("RGB"))


def read_depth(raw: bytes, name: str, pixels: int) -> NDArray[np.float32]:
    """Return (h, w) metres of a PNG file of 16 bits, 0.1 mm per unit; arguments as for ``read_colour``.

    Raises:
        RefusedRequestError: it is no such file, or too large.
    """
    image = _opened(raw, name, pixels)
    if image.mode not in _DEEP:
        raise RefusedRequestError(422, f"{name} is no image of one channel of 16 bits")
    return np.array(image).astype(np.float32) * np.float32(DEPTH_UNIT)


def apart(stacked: NDArray, robots: int, name: str) -> NDArray:
    """Return (robots, h, ...) of the images of several robots, one below the other.

    Raises:
        RefusedRequestError: its height is no multiple of their number.
    """
    if stacked.shape[0] % robots:
        raise RefusedRequestError(422, f"the height of {name} is no multiple of {robots} robots")
    return stacked.reshape(robots, -1, *stacked.shape[1:])


def _opened(raw: bytes, name: str, pixels: int) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(raw), formats=("JPEG", "PNG"))
        if image.width * image.height > pixels:
            raise RefusedRequestError(413, f"{name} has more than {pixels} pixels")
        image.load()
    except RefusedRequestError:
        raise
    except Exception as error:  # a decoder of hostile bytes raises what it likes
        raise RefusedRequestError(422, f"{name} is no JPEG or PNG image ({type(error).__name__})") from error
    return image
