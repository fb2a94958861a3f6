"""Between our z-up world and Habitat's: x right, y up, z backward; a body of yaw 0 looks along -z there."""

import math

import numpy as np
from numpy.typing import NDArray


def to_habitat(points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return (..., 3) points of our z-up world in Habitat's y-up world."""
    x, y, z = np.moveaxis(np.asarray(points), -1, 0)
    return np.stack([x, z, -y], axis=-1).astype(np.float32)


def from_habitat(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (..., 3) points of Habitat's y-up world in our z-up world."""
    x, y, z = np.moveaxis(np.asarray(points, dtype=np.float64), -1, 0)
    return np.stack([x, -z, y], axis=-1)


def to_habitat_rotation(yaw: float) -> list[float]:
    """Return the quaternion (x, y, z, w) of a body that heads ``yaw`` radians from +x; Habitat's heads along our +y."""
    half = (yaw - math.pi / 2) / 2
    return [0.0, math.sin(half), 0.0, math.cos(half)]
