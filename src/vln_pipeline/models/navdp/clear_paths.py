"""Candidate paths among remembered obstacles: bent away from them, and how far each is clear."""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

_ROUNDS, _PUSH, _TIGHTEN = 8, 0.5, 0.3
_NEAREST = 1e-3
"""Metres; a waypoint on an obstacle has no direction to leave it in, and is not flung."""


def bent(paths: NDArray[np.float64], obstacles: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """Return (S, T, 3) paths bent away from obstacles, as elastic bands are (Quinlan and Khatib 1993).

    In each of a few rounds, waypoints that are too near are pushed away from the nearest obstacle and all but the last
    are drawn to the middle of their neighbours, the robot being the first one's.

    Args:
        paths: (S, T, 3) x, y, metres, and heading, in the body frame.
        obstacles: (N, 2) metres.
        distance: that waypoints should keep from obstacles, metres.
    """
    if not len(obstacles):
        return paths
    tree = cKDTree(obstacles)
    points = np.concatenate([np.zeros_like(paths[:, :1, :2]), paths[..., :2]], axis=1)
    for _ in range(_ROUNDS):
        apart, nearest = tree.query(points[:, 1:])
        away = (points[:, 1:] - obstacles[nearest]) / np.maximum(apart, _NEAREST)[..., None]
        points[:, 1:] += _PUSH * np.clip(distance - apart, 0, None)[..., None] * away
        middle = 0.5 * (points[:, :-2] + points[:, 2:])
        points[:, 1:-1] += _TIGHTEN * (middle - points[:, 1:-1])
    return np.concatenate([points[:, 1:], paths[..., 2:]], axis=-1)


def blocked(paths: NDArray[np.float64], obstacles: NDArray[np.float64], distance: float) -> NDArray[np.float64]:
    """Return (S,) the share of each path that lies beyond its first waypoint nearer to an obstacle than a distance.

    Where the robot itself is nearer than that, waypoints no nearer than it do not count: it has to get away.

    Args:
        paths: (S, T, 2 or 3) in the body frame, metres.
        obstacles: (N, 2) metres.
        distance: metres.
    """
    if not len(obstacles):
        return np.zeros(len(paths))
    tree = cKDTree(obstacles)
    here, _ = tree.query(np.zeros(2))
    touching = np.asarray(tree.query(paths[..., :2])[0]) < min(distance, here)
    clear = np.where(touching.any(axis=1), touching.argmax(axis=1), paths.shape[1])
    return 1 - clear / paths.shape[1]
