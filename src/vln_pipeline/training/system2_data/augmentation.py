"""Images altered at random, so that a model does not learn the look of a renderer."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.training.system2_data.config import AugmentationConfig

_SMOOTH = np.array([[1, 1, 1], [1, 5, 1], [1, 1, 1]], dtype=np.float32) / 13
_LEVELS = np.arange(256, dtype=np.float64)


def augmented(image: NDArray[np.uint8], random: np.random.Generator, config: AugmentationConfig) -> NDArray[np.uint8]:
    """Return an image with another brightness and saturation, and perhaps fewer colours, sharper, richer in contrast.

    Args:
        image: (h, w, 3) uint8 sRGB.
        random: source of randomness; as much is drawn whatever the outcome.
        config: how far.
    """
    light = 1 + config.brightness * random.uniform(-1, 1)
    colour = 1 + config.saturation * random.uniform(-1, 1)
    light_first, fewer, sharper, richer = random.random(4) < (0.5, *[config.probability] * 3)
    image = saturated(brightened(image, light), colour) if light_first else brightened(saturated(image, colour), light)
    if fewer:
        image = posterized(image, config.posterize_bits)
    if sharper:
        image = sharpened(image, config.sharpness)
    return autocontrasted(image) if richer and config.autocontrast else image


def brightened(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Return an image with all values times a factor."""
    return _mapped(image, _LEVELS * factor)


def saturated(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Return an image with the distance from its greys times a factor."""
    grey = cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
    return np.asarray(cv2.addWeighted(image, factor, grey, 1 - factor, 0), dtype=np.uint8)


def posterized(image: NDArray[np.uint8], bits: int) -> NDArray[np.uint8]:
    """Return an image with the highest bits of each value only."""
    return image & np.uint8(256 - (1 << (8 - bits)))


def sharpened(image: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    """Return an image with the distance from its smoothed self times a factor."""
    smooth = cv2.filter2D(image, -1, _SMOOTH)
    return np.asarray(cv2.addWeighted(image, factor, smooth, 1 - factor, 0), dtype=np.uint8)


def autocontrasted(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return an image whose colours each reach from 0 to 255; a colour of one value only stays."""
    low, high = np.array([cv2.minMaxLoc(channel)[:2] for channel in cv2.split(image)]).T
    scale = np.divide(255, high - low, out=np.ones(3), where=high > low)
    return _mapped(image, (_LEVELS[:, None] - np.where(high > low, low, 0)) * scale)


def _mapped(image: NDArray[np.uint8], values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return an image with each value replaced by the one a table, (256,) or (256, 3), has for it."""
    table = np.clip(np.floor(values), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(image, table.reshape(256, 1, -1)), dtype=np.uint8)
