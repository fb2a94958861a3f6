"""Emissive maps, where renderers take one emission a material."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vln_pipeline.scenes.mesh.textures import linear, srgb

_EVEN = 0.05
"""Standard deviation of an emissive map, in [0, 1], below which the surface glows evenly."""

Color = tuple[float, float, float]


def shown(
    texture: NDArray[np.uint8] | None, color: Color, glow: NDArray[np.uint8], factor: Color
) -> tuple[NDArray[np.uint8] | None, Color, Color]:
    """Return texture, colour and emission of a material whose emissive map is applied.

    A map that is even scales the emission. Any other (a screen), and one on a black surface (a baked picture), is added
    to the texture instead, so that the surface is bright where the map is, and lights nothing: the emission is 0.

    Args:
        texture: (h, w, 3) of the material, or None.
        color: of the material, linear, by which its texture is multiplied.
        glow: (h, w, 3) the map.
        factor: by which the map is multiplied.
    """
    light = linear(glow)
    baked = texture is None and not any(color)
    if not baked and float(light.std(axis=(0, 1)).max()) < _EVEN:
        red, green, blue = light.mean(axis=(0, 1)) * factor
        return texture, color, (float(red), float(green), float(blue))
    base = np.asarray(color) * (1.0 if texture is None else linear(_resized(texture, glow)))
    picture = (srgb(base + light * factor) * 255).round().astype(np.uint8)
    return picture, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)


def _resized(image: NDArray[np.uint8], model: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image of the size of another."""
    height, width = model.shape[:2]
    return np.asarray(Image.fromarray(image).resize((width, height), Image.Resampling.BILINEAR))
