"""Frame of 3D-FRONT: y up, metres, quaternions with the scalar last."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation


def to_world(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return (..., 3) positions of a house in our world, z up: (x, y, z) becomes (x, -z, y)."""
    points = np.asarray(points, dtype=np.float64)
    return np.stack([points[..., 0], -points[..., 2], points[..., 1]], axis=-1)


def rotation_xyzw(quaternion: Sequence[float]) -> NDArray[np.float64]:
    """Return the (3, 3) matrix of a quaternion whose scalar comes last.

    Raises:
        ValueError: it is no quaternion of finite length.
    """
    return Rotation.from_quat(numbers(quaternion, 4)).as_matrix()


def numbers(values: Any, count: int) -> NDArray[np.float64]:
    """Return a list of finite numbers as an array.

    Raises:
        ValueError: it is no such list.
    """
    found = np.array(values, dtype=np.float64)
    if found.shape != (count,) or not np.isfinite(found).all():
        raise ValueError(f"{str(values)[:60]} is no list of {count} numbers")
    return found
