"""From the path ahead to waypoint labels.

The future path is the positions from the current to the goal's frame. Waypoint i is position i with the heading of the
segment that leaves it, so a path of K + 1 positions has K waypoints and its last position only ends the last segment.
"""

import numpy as np
from numpy.typing import NDArray

SCALE = 4.0
"""Labels are differences between waypoints times this, which brings 0.25 m to 1, the range the diffusion clips to."""


def headings(path: NDArray[np.float64], *, continuous: bool) -> NDArray[np.float64]:
    """Return (K,) the angle of each segment against the first, radians, counter-clockwise.

    A segment of no length has no direction: it keeps that of the one before it.

    Args:
        path: (K + 1, 2) metres.
        continuous: whether angles run on beyond half a turn instead of wrapping there.
    """
    segments = np.diff(path, axis=0)
    still = ~segments.any(axis=1)
    if still.any():
        moving = np.maximum.accumulate(np.where(still, -1, np.arange(len(segments))))
        segments = segments[np.where(moving < 0, np.argmin(still), moving)]
    (x, y), first = segments.T, segments[0]
    angles = np.arctan2(first[0] * y - first[1] * x, first[0] * x + first[1] * y)
    return np.unwrap(angles) if continuous and np.ptp(angles) > np.pi else angles


def waypoint_indexes(count: int, stride: int, predict: int) -> NDArray[np.int64]:
    """Return (predict + 1,) positions on a path of ``count`` that waypoints stand on; the last stays at the end."""
    return np.minimum(np.arange(predict + 1) * stride, count - 2)


def labels(path: NDArray[np.float64], theta: NDArray[np.float64], indexes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (T, 3) label: differences in x, y and heading between successive waypoints, scaled.

    Args:
        path: (K + 1, 2) in the current body frame, metres.
        theta: (K,) headings.
        indexes: (T + 1,) positions that waypoints stand on.
    """
    poses = np.empty((len(indexes), 3))
    poses[:, :2], poses[:, 2] = path[indexes], theta[indexes]
    return SCALE * (poses[1:] - poses[:-1])


def rotation(angle: float) -> NDArray[np.float64]:
    """Return (2, 2) the rotation by an angle, radians, counter-clockwise."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s], [s, c]])


def wrap(angle: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Return angles in (-pi, pi]."""
    return np.asarray(np.pi - (np.pi - np.asarray(angle)) % (2 * np.pi))


def resampled(positions: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """Return (K, 2) points along a polyline at even spacing, its end included.

    Args:
        positions: (n, 2 or 3) metres; where successive ones coincide, as in turns on the spot, they count once.
        step: spacing, metres.
    """
    lengths = np.hypot(*np.diff(positions[:, :2], axis=0).T)
    moved = np.concatenate([[True], lengths > 1e-6])
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.minimum(np.arange(int(np.ceil(along[-1] / step)) + 1) * step, along[-1])
    points = np.column_stack([np.interp(at, along[moved], positions[moved, axis]) for axis in (0, 1)])
    # A robot that only turns has a path of no length, which still needs a segment.
    return points if len(points) > 1 else np.repeat(points, 2, axis=0)
