"""Isaac Sim's frame, in which VLN-PE stores poses: z up, bodies and cameras with x forward, y left, z up, wxyz.

Its world is that of this project. Habitat's is x right, y up, z backward, with quaternions (x, y, z, w) and bodies that
look along -z at rest; Isaac's bodies look along +x.
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


def from_habitat(position: NDArray[np.float64], rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (4, 4) body-to-world matrix of a body as VLN-CE's episode files give it, which VLN-PE's have too.

    (x, y, z) becomes (x, -z, y), and a body that looks along -z at rest is one that looks along +y here: 90 degrees.

    Args:
        position: (3,) Habitat's world, metres.
        rotation: (4,) quaternion x, y, z, w of the body.
    """
    x, y, z = position
    qx, qy, qz, qw = rotation
    turned = Rotation.from_quat([qx, -qz, qy, qw]) * Rotation.from_euler("z", 90, degrees=True)
    pose = np.eye(4)
    pose[:3, :3], pose[:3, 3] = turned.as_matrix(), (x, -z, y)
    return pose
