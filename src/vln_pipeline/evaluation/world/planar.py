"""Poses in the plane: from one frame to another.

A pose is (3,) x, y, metres, and yaw, radians; a frame is named by its origin's pose.
"""

import math

import numpy as np
from numpy.typing import NDArray


def into(frame: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (..., 2) points, given in the frame that a (3,) pose is given in, as that pose's body sees them."""
    return (np.asarray(points) - frame[:2]) @ _rotation(frame[2])


def out_of(frame: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (..., 2) points that a (3,) pose's body sees, in the frame that the pose is given in."""
    return np.asarray(points) @ _rotation(frame[2]).T + frame[:2]


def relative(frame: NDArray[np.float64], pose: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a (3,) pose as another one's body sees it, yaw in [-pi, pi)."""
    return np.append(into(frame, pose[:2]), wrap(pose[2] - frame[2]))


def wrap(angle: float) -> float:
    """Return an angle in [-pi, pi), radians."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


def _rotation(yaw: float) -> NDArray[np.float64]:
    c, s = math.cos(yaw), math.sin(yaw)
    return np.array([[c, -s], [s, c]])
