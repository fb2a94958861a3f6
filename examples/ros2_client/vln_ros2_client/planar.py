"""Poses in the plane: (3,) x, y, metres, and yaw, radians."""

import math

import numpy as np


def wrap(angle):
    """Return an angle in [-pi, pi), radians."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


def out_of(pose, points):
    """Return (K, 2) points of the body at a pose in the frame that the pose is given in."""
    c, s = math.cos(pose[2]), math.sin(pose[2])
    return np.asarray(points, dtype=float).reshape(-1, 2) @ np.array([[c, s], [-s, c]]) + pose[:2]


def into(pose, points):
    """Return (K, 2) points of the frame that a pose is given in as the body at that pose sees them."""
    c, s = math.cos(pose[2]), math.sin(pose[2])
    return (np.asarray(points, dtype=float).reshape(-1, 2) - pose[:2]) @ np.array([[c, -s], [s, c]])


def yaw_of(x, y, z, w):
    """Return the yaw of a quaternion, radians."""
    return math.atan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z))
