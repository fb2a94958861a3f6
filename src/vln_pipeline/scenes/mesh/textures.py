"""Images of materials."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_MAX_PIXELS = 16384 * 16384
"""An image that claims more is taken for a decompression bomb."""


def decode(data: bytes, longest: int) -> tuple[NDArray[np.uint8], float]:
    """Return an image and its mean opacity in [0, 1].

    The image is (h, w, 3) uint8, as stored (no colour conversion), scaled down to a longest edge.

    Args:
        data: a PNG, JPEG, WebP, BMP, TGA or TIFF file.
        longest: pixels.

    Raises:
        ValueError: the data is no such image, is damaged, or claims an absurd size.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG", "WEBP", "BMP", "TGA", "TIFF")) as image:
            if image.width * image.height > _MAX_PIXELS:
                raise ValueError(f"image of {image.width} x {image.height} pixels")
            image.draft("RGB", (longest, longest))
            opacity = 1.0
            if image.has_transparency_data:
                opacity = float(np.asarray(image.convert("RGBA").getchannel("A")).mean() / 255)
            rgb = image.convert("RGB")
    except (OSError, SyntaxError, EOFError, Image.DecompressionBombError, MemoryError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    rgb.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(rgb), opacity


def srgb(intensity: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return sRGB values of linear intensities, both in [0, 1] (IEC 61966-2-1)."""
    value = np.clip(intensity, 0, 1)
    return np.where(value <= 0.0031308, value * 12.92, 1.055 * value ** (1 / 2.4) - 0.055)


def linear(image: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return linear intensities in [0, 1] of sRGB bytes (IEC 61966-2-1)."""
    value = np.arange(256) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)[image]
