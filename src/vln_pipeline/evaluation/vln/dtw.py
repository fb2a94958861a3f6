"""Dynamic time warping between two paths."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


def dtw(walked: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Return the cost of the cheapest monotone matching of two paths, metres (Berndt and Clifford 1994).

    Exact, unlike the approximation that VLN-CE uses (FastDTW).

    Args:
        walked: (N, D) points, metres, N at least 1.
        reference: (M, D) points, metres, M at least 1.
    """
    distance = np.linalg.norm(walked[:, None] - reference[None], axis=-1)
    return float(_cheapest(distance))


def without_repeats(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (K, D) points less those that equal the one before: turning on the spot is no progress."""
    moved = np.any(path[1:] != path[:-1], axis=1)
    return path[np.concatenate([[True], moved])]


@njit(cache=True)
def _cheapest(distance: NDArray[np.float64]) -> float:
    row = np.full(distance.shape[1] + 1, np.inf)
    row[0] = 0.0
    for i in range(distance.shape[0]):
        diagonal, row[0] = row[0], np.inf
        for j in range(distance.shape[1]):
            best = min(diagonal, row[j], row[j + 1])
            diagonal = row[j + 1]
            row[j + 1] = distance[i, j] + best
    return row[-1]
