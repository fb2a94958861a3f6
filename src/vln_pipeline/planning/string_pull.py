"""Shortens a grid path to straight lines of sight."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.clearance import segment_clear


@njit(cache=True)
def corners(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the (K, 2) cells of an (N, 2) grid path at which its direction changes, with both ends."""
    kept = np.empty(cells.shape, dtype=np.int64)
    count = 0
    last = cells.shape[0] - 1
    for n in range(last + 1):
        if 0 < n < last:
            row, column = cells[n + 1, 0] - cells[n, 0], cells[n + 1, 1] - cells[n, 1]
            if row == cells[n, 0] - cells[n - 1, 0] and column == cells[n, 1] - cells[n - 1, 1]:
                continue
        kept[count] = cells[n]
        count += 1
    return kept[:count].copy()


@njit(cache=True)
def pulled_length(points: NDArray[np.float64], esdf: NDArray, cell: float, radius: float) -> float:
    """Return the length of a path after string pulling, metres.

    Args:
        points: (N, 2) path through navigable cell centres, local frame, metres.
        esdf: (H, W) clearance at cell centres, metres.
        cell: edge of a cell, metres.
        radius: robot radius, metres.
    """
    slack = 0.25 * cell
    # The bound that ``clearance`` gives at a point interpolated to exactly the radius, as a grid path may touch it.
    limit = math.sqrt(max(radius * radius - 0.5 * cell * cell, 0.0)) - slack
    pulled = pull(points, esdf, cell, limit, slack)
    total = 0.0
    for n in range(1, pulled.shape[0]):
        total += math.hypot(pulled[n, 0] - pulled[n - 1, 0], pulled[n, 1] - pulled[n - 1, 1])
    return total


@njit(cache=True)
def pull(points: NDArray[np.float64], esdf: NDArray, cell: float, radius: float, slack: float) -> NDArray[np.float64]:
    """Return the (K, 2) corners of a path after two greedy passes of string pulling, first point first.

    The second pass runs from the far end, along the first one's segments cut into pieces of four cells.

    Args:
        points: (N, 2) path, local frame, metres; its own pieces are taken to be passable.
        esdf: (H, W) clearance at cell centres, metres.
        cell: edge of a cell, metres.
        radius: clearance asked of every shortcut, metres.
        slack: as for ``segment_clear``, metres.
    """
    pulled = _pull(points, esdf, cell, radius, slack)
    return _pull(_cut(pulled, 4 * cell)[::-1].copy(), esdf, cell, radius, slack)[::-1].copy()


@njit(cache=True)
def _pull(points: NDArray[np.float64], esdf: NDArray, cell: float, limit: float, slack: float) -> NDArray[np.float64]:
    kept = np.empty_like(points)
    kept[0] = points[0]
    count, anchor = 1, 0
    for n in range(2, points.shape[0]):
        if not segment_clear(esdf, cell, points[anchor], points[n], limit, slack):
            anchor = n - 1
            kept[count] = points[anchor]
            count += 1
    kept[count] = points[-1]
    return kept[: count + 1].copy()


@njit(cache=True)
def _cut(points: NDArray[np.float64], piece: float) -> NDArray[np.float64]:
    pieces = np.empty(points.shape[0] - 1, dtype=np.int64)
    for n in range(pieces.size):
        length = math.hypot(points[n + 1, 0] - points[n, 0], points[n + 1, 1] - points[n, 1])
        pieces[n] = max(1, math.ceil(length / piece))
    out = np.empty((pieces.sum() + 1, 2))
    count = 0
    for n in range(pieces.size):
        for k in range(pieces[n]):
            out[count] = points[n] + (points[n + 1] - points[n]) * (k / pieces[n])
            count += 1
    out[count] = points[-1]
    return out
