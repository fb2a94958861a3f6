"""Clearance at points between cell centres.

Points are in the floor's local frame, metres: x along columns and y along rows from the centre of cell (0, 0).
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

SLACK = 0.0035
"""Clearance that a walk keeps beyond the robot's radius, metres; see ``segment_clear``."""


@njit(cache=True)
def bilinear(field: NDArray, cell: float, x: float, y: float) -> tuple[float, float, float, float]:
    """Return a field's bilinear value, its two derivatives and the spread of the four cell centres.

    The field goes on unchanged beyond its border.

    Args:
        field: (H, W) values at cell centres.
        cell: edge of a cell, metres.
        x: local x, metres.
        y: local y, metres.

    Returns:
        value, d/dx, d/dy and the variance, m^2, of the four centres under the interpolation's weights.
    """
    height, width = field.shape
    column = min(max(x / cell, 0.0), width - 1.000001)
    row = min(max(y / cell, 0.0), height - 1.000001)
    j, i = int(column), int(row)
    u, v = column - j, row - i
    a, b = float(field[i, j]), float(field[i, j + 1])
    c, d = float(field[i + 1, j]), float(field[i + 1, j + 1])
    low, high = a + (b - a) * u, c + (d - c) * u
    value = low + (high - low) * v
    along_x = ((b - a) * (1 - v) + (d - c) * v) / cell
    along_y = (high - low) / cell
    return value, along_x, along_y, (u * (1 - u) + v * (1 - v)) * cell * cell


@njit(cache=True)
def clearance(esdf: NDArray, cell: float, x: float, y: float) -> float:
    """Return a lower bound of the distance to the nearest obstacle, metres.

    Interpolation alone may over-state a distance, which is convex near its obstacle. With ``E`` the mean over the
    four centres ``c`` under the bilinear weights and ``o`` the obstacle nearest to ``x``, Jensen's inequality gives
    ``E|c - o| <= sqrt(E|c - o|^2) = sqrt(|x - o|^2 + E|c - x|^2)``; solved for ``|x - o|``.
    """
    value, _, _, spread = bilinear(esdf, cell, x, y)
    if value <= 0:
        return value
    return math.sqrt(max(value * value - spread, 0.0))


@njit(cache=True)
def segment_clear(
    esdf: NDArray, cell: float, start: NDArray[np.float64], end: NDArray[np.float64], radius: float, slack: float
) -> bool:
    """Tell whether every point of a segment, not only samples of it, is at least ``radius`` from obstacles.

    Sphere tracing: neither the true distance nor its bilinear interpolation falls faster than sqrt(2) per metre, so
    the surplus at one point clears the next piece of the segment.

    Args:
        esdf: (H, W) clearance at cell centres, metres.
        cell: edge of a cell, metres.
        start: (2,) local point, metres.
        end: (2,) local point, metres.
        radius: clearance asked for, metres.
        slack: surplus below which the segment is given up, metres; bounds the number of steps.
    """
    along_x, along_y = end[0] - start[0], end[1] - start[1]
    length = math.hypot(along_x, along_y)
    done = 0.0
    while True:
        t = done / length if length > 0 else 0.0
        surplus = clearance(esdf, cell, start[0] + t * along_x, start[1] + t * along_y) - radius
        if surplus < slack:
            return False
        if done >= length:
            return True
        done = min(done + surplus / math.sqrt(2.0), length)


@njit(cache=True)
def in_cells(mask: NDArray[np.bool_], cell: float, points: NDArray[np.float64]) -> bool:
    """Tell whether every one of (N, >= 2) local points lies in a cell of a mask."""
    for n in range(points.shape[0]):
        row, column = math.floor(points[n, 1] / cell + 0.5), math.floor(points[n, 0] / cell + 0.5)
        if row < 0 or column < 0 or row >= mask.shape[0] or column >= mask.shape[1] or not mask[row, column]:
            return False
    return True


@njit(cache=True)
def clearances(esdf: NDArray, cell: float, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ``clearance`` of each of (N, 2) local points, metres."""
    out = np.empty(points.shape[0])
    for i in range(points.shape[0]):
        out[i] = clearance(esdf, cell, points[i, 0], points[i, 1])
    return out
