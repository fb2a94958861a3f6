"""Isaac Sim's frame, in which VLN-PE stores poses: z up, bodies and cameras with x forward, y left, z up, wxyz.

Its world and its bodies' axes are those of this project; only cameras and the form of rotations differ. VLN-PE's loader
takes Habitat's (x, y, z) to (x, -z, y) and adds 90 degrees to Habitat's yaw, as the readers of episodes do here.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

_AXES = np.array([[0.0, -1.0, 0.0], [0.0, 0.0, -1.0], [1.0, 0.0, 0.0]])
"""Columns are Isaac's camera axes forward, left, up in OpenCV's: z, -x, -y."""


def orientations(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 4) quaternions w, x, y, z of (N, 4, 4) body-to-world matrices with x forward; w is never negative."""
    quaternions: NDArray[np.float64] = Rotation.from_matrix(poses[:, :3, :3]).as_quat(canonical=True, scalar_first=True)
    return quaternions


def matrices(positions: NDArray[np.float64], quaternions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 4, 4) body-to-world matrices of (N, 3) positions and (N, 4) quaternions w, x, y, z."""
    poses = np.tile(np.eye(4), (len(positions), 1, 1))
    poses[:, :3, :3] = Rotation.from_quat(quaternions, scalar_first=True).as_matrix()
    poses[:, :3, 3] = positions
    return poses


def yaw_of(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N,) headings of x axes, radians, counter-clockwise from +x, in [-pi, pi]."""
    return np.arctan2(poses[:, 1, 0], poses[:, 0, 0])


def from_opencv(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return camera-to-world matrices with x forward, y left, z up, of (N, 4, 4) ones with OpenCV axes."""
    found = poses.copy()
    found[:, :3, :3] = poses[:, :3, :3] @ _AXES
    return found


def to_opencv(poses: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return camera-to-world matrices with OpenCV axes, of (N, 4, 4) ones with x forward, y left, z up."""
    found = poses.copy()
    found[:, :3, :3] = poses[:, :3, :3] @ _AXES.T
    return found
