"""The sRGB transfer curve (IEC 61966-2-1)."""

import numpy as np
from numpy.typing import NDArray


def to_linear(srgb: NDArray) -> NDArray[np.float32]:
    """Return linear values in [0, 1] of sRGB values in [0, 1]."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)


LINEAR = to_linear(np.arange(256) / 255)
"""(256,) float32 linear value of each uint8 sRGB value."""

_STEPS = 4095
# The curve is steepest near black: a table over the square root spends its steps there.
_KNOTS = (np.arange(_STEPS + 1) / _STEPS) ** 2
_CURVE = np.where(_KNOTS <= 0.0031308, 12.92 * _KNOTS, 1.055 * _KNOTS ** (1 / 2.4) - 0.055)
_SRGB = np.rint(255 * _CURVE).astype(np.uint8)


def to_srgb(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return uint8 sRGB of linear values; what is above 1 saturates."""
    steps = np.sqrt(np.clip(linear, 0, 1)) * np.float32(_STEPS) + np.float32(0.5)
    return _SRGB[steps.astype(np.intp)]
