"""Frames of a walk with their depth and masks, on one picture."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

_TILE_WIDTH = 240
_FAR = 5.0


def contact_sheet(
    rgb: Sequence[NDArray[np.uint8]],
    depth: Sequence[NDArray[np.float32]],
    semantic: Sequence[NDArray[np.uint16]],
    instance: Sequence[NDArray[np.uint16]],
) -> bytes:
    """Return a PNG with one column per frame: colour, depth (near is bright, up to 5 m), categories, instances."""
    rows = [
        list(rgb),
        [_depth_colors(d) for d in depth],
        [id_colors(s) for s in semantic],
        [id_colors(i) for i in instance],
    ]
    return encode_png(np.concatenate([np.concatenate([_tile(x) for x in row], axis=1) for row in rows]))


def id_colors(ids: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return (h, w, 3) uint8 with a fixed, well spread colour per id; 0 is black."""
    # Steps of the golden ratio spread any run of ids over the hues.
    hue = (np.arange(int(ids.max()) + 1) * 0.61803398875) % 1.0
    table = np.stack([hue * 179, np.full_like(hue, 170), np.full_like(hue, 230)], axis=-1).astype(np.uint8)
    table = cv2.cvtColor(table[None], cv2.COLOR_HSV2RGB)[0]
    table[0] = 0
    return table[ids]


def encode_png(rgb: NDArray[np.uint8]) -> bytes:
    """Return an (h, w, 3) uint8 sRGB image as PNG bytes."""
    return cv2.imencode(".png", rgb[..., ::-1])[1].tobytes()


def encode_jpeg(rgb: NDArray[np.uint8], quality: int = 88) -> bytes:
    """Return an (h, w, 3) uint8 sRGB image as JPEG bytes."""
    return cv2.imencode(".jpg", rgb[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()


def _depth_colors(depth: NDArray[np.float32]) -> NDArray[np.uint8]:
    near = np.where(depth > 0, np.clip(1 - depth / _FAR, 0.02, 1), 0)
    colors = cv2.applyColorMap((near * 255).astype(np.uint8), cv2.COLORMAP_INFERNO)[..., ::-1]
    return np.where(depth[..., None] > 0, colors, 0).astype(np.uint8)


def _tile(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height = round(image.shape[0] * _TILE_WIDTH / image.shape[1])
    small = cv2.resize(image, (_TILE_WIDTH, height), interpolation=cv2.INTER_AREA)
    return np.pad(small, ((1, 1), (1, 1), (0, 0)), constant_values=255).astype(np.uint8)
