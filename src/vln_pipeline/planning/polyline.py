"""Points along lines of straight pieces."""

import numpy as np
from numpy.typing import NDArray


def lengths_along(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N,) the way from the first of (N, D) points to each of them, metres."""
    return np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])


def points_along(points: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (M, D) points that lie (M,) lengths along (N, D) points, metres; the ends for what lies beyond."""
    return _at(points, lengths_along(points), lengths)


def evenly_along(points: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return (count, D) points at equal shares of the way along (N, D) points, both ends included."""
    known = lengths_along(points)
    return _at(points, known, np.linspace(0.0, known[-1], count))


def _at(points: NDArray[np.float64], known: NDArray[np.float64], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.interp(lengths, known, axis) for axis in points.T])
