"""Height of the floor between cell centres."""

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True)
def elevations(
    ground: NDArray[np.float32], cell: float, points: NDArray[np.float64], otherwise: float
) -> NDArray[np.float64]:
    """Return the floor's height at points, bilinear over those of the four cells around that have floor.

    Args:
        ground: (H, W) height at cell centres, metres; NaN where there is no floor.
        cell: edge of a cell, metres.
        points: (N, >= 2) local x and y from the centre of cell (0, 0), metres.
        otherwise: height where none of the four has floor, metres.

    Returns:
        (N,) heights, metres.
    """
    height, width = ground.shape
    out = np.empty(points.shape[0])
    for n in range(points.shape[0]):
        column = min(max(points[n, 0] / cell, 0.0), width - 1.000001)
        row = min(max(points[n, 1] / cell, 0.0), height - 1.000001)
        j, i = int(column), int(row)
        u, v = column - j, row - i
        total = weight = 0.0
        for a in range(2):
            for b in range(2):
                share = (v if a else 1 - v) * (u if b else 1 - u)
                if share > 0 and not np.isnan(ground[i + a, j + b]):
                    total += share * ground[i + a, j + b]
                    weight += share
        out[n] = total / weight if weight > 0 else otherwise
    return out
