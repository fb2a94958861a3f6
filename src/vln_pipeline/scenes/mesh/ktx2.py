"""KTX2 images with Basis Universal payload, as glTF's KHR_texture_basisu has them (Khronos KTX 2.0)."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_MAGIC = b"\xabKTX 20\xbb\r\n\x1a\n"
_MAX_PIXELS = 16384 * 16384
"""An image that claims more is taken for a decompression bomb."""


class DecoderMissingError(Exception):
    """The optional decoder is not installed."""


def is_ktx2(data: bytes) -> bool:
    """Return whether data is a KTX2 file."""
    return data.startswith(_MAGIC)


def decode(data: bytes, longest: int) -> tuple[NDArray[np.uint8], float]:
    """Return an image and its mean opacity in [0, 1].

    The image is (h, w, 3) uint8, as stored (no colour conversion), of the mip level that is just large enough, scaled
    down to a longest edge.

    Args:
        data: a KTX2 file of ETC1S or UASTC blocks.
        longest: pixels.

    Raises:
        DecoderMissingError: opengl_basisu is not installed.
        ValueError: the data is damaged, claims an absurd size, or is of another kind.
    """
    try:
        import opengl_basisu
    except ImportError as error:
        raise DecoderMissingError("opengl_basisu is not installed (pip install vln-pipeline[ktx2])") from error
    texture = opengl_basisu.open(data)
    if texture.width * texture.height > _MAX_PIXELS:
        raise ValueError(f"image of {texture.width} x {texture.height} pixels")
    level = 0
    while level + 1 < texture.levels and max(texture.level_size(level + 1)) >= longest:
        level += 1
    pixels = np.asarray(texture.transcode(opengl_basisu.Target.RGBA8, level).data, dtype=np.uint8)
    opacity = float(pixels[..., 3].mean() / 255) if texture.has_alpha else 1.0
    image = Image.fromarray(np.ascontiguousarray(pixels[..., :3]))
    image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    return np.asarray(image), opacity
