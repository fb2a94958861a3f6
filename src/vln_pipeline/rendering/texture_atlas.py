"""Textures of a scene with their mip levels, looked up for many points at once."""

from collections.abc import Sequence

import cv2
import numba
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.colour_space import LINEAR
from vln_pipeline.scenes.scene import Material

LARGEST_TEXTURE = 1024
"""Textures are looked up at no more than this edge, pixels: frames are not finer, and scans come with 8k images."""
_LEVELS = LARGEST_TEXTURE.bit_length()


def fitted(texture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a texture no larger than ``LARGEST_TEXTURE``."""
    height, width = texture.shape[:2]
    scale = LARGEST_TEXTURE / max(height, width)
    if scale >= 1:
        return texture
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(texture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


class TextureAtlas:
    """Base-colour textures of some materials; a material without one looks up white.

    Args:
        materials: the scene's.
    """

    def __init__(self, materials: Sequence[Material]) -> None:
        # Per material and level: where its texels begin, its width and its height.
        self._place = np.zeros((len(materials), _LEVELS, 3), dtype=np.int64)
        self.size = np.ones(len(materials), dtype=np.float32)
        """(M,) geometric mean of a texture's width and height, texels."""
        blocks = [np.full((1, 3), 255, np.uint8)]
        self._place[:, :, 1:] = 1
        start, placed = 1, {}
        for index, material in enumerate(materials):
            if material.texture is None:
                continue
            if id(material.texture) not in placed:
                image = fitted(material.texture)
                placed[id(material.texture)] = index
                for level in range(_LEVELS):
                    height, width = image.shape[:2]
                    self._place[index, level] = start, width, height
                    blocks.append(image.reshape(-1, 3))
                    start += height * width
                    half = (max(1, width // 2), max(1, height // 2))
                    image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), dtype=np.uint8)
            self._place[index] = self._place[placed[id(material.texture)]]
            self.size[index] = np.sqrt(float(self._place[index, 0, 1] * self._place[index, 0, 2]))
        self._texels = np.concatenate(blocks)

    def sample(
        self, material: NDArray[np.int32], uv: NDArray[np.float32], footprint: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Return (P, 3) linear RGB, bilinear in the nearest mip level; textures repeat.

        Args:
            material: (P,) index.
            uv: (P, 2), v upwards.
            footprint: (P,) edge of what a pixel covers, in uv.
        """
        texels = np.maximum(footprint * self.size[material], 1)
        level = np.minimum(np.rint(np.log2(texels)).astype(np.int64), _LEVELS - 1)
        return _bilinear(self._texels, LINEAR, self._place, material, level, uv)


@numba.njit(cache=True)
def _bilinear(texels, linear, place, material, level, uv):  # type: ignore[no-untyped-def]
    found = np.empty((len(material), 3), dtype=np.float32)
    for point in range(len(material)):
        start, width, height = place[material[point], level[point]]
        x = uv[point, 0] * width - 0.5
        y = (1 - uv[point, 1]) * height - 0.5  # row 0 is at the top, where v = 1
        left, top = np.floor(x), np.floor(y)
        right_share, lower_share = x - left, y - top
        column, row = np.int64(left) % width, np.int64(top) % height
        next_column, next_row = (column + 1) % width, (row + 1) % height
        for channel in range(3):
            upper = (1 - right_share) * linear[texels[start + row * width + column, channel]]
            upper += right_share * linear[texels[start + row * width + next_column, channel]]
            lower = (1 - right_share) * linear[texels[start + next_row * width + column, channel]]
            lower += right_share * linear[texels[start + next_row * width + next_column, channel]]
            found[point, channel] = (1 - lower_share) * upper + lower_share * lower
    return found
