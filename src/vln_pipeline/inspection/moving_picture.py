"""Frames as one small GIF."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_MILLISECONDS = 160
_LAST = 1500
"""How long the last frame stays, milliseconds."""
_COLORS = 96


def moving_picture(frames: Sequence[NDArray[np.uint8]]) -> bytes:
    """Return a GIF of (h, w, 3) uint8 sRGB frames, all of one size."""
    # One palette, that of the last frame with all colours of the way on it, keeps the file small and the floor calm.
    palette = Image.fromarray(frames[-1]).quantize(_COLORS)
    images = [Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    stored = io.BytesIO()
    times = [_MILLISECONDS] * (len(images) - 1) + [_LAST]
    images[0].save(stored, "GIF", save_all=True, append_images=images[1:], duration=times, loop=0, optimize=False)
    return stored.getvalue()
