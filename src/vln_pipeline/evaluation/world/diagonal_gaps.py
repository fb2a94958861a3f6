"""Gaps between two corners that the body passes, though the cells on both sides of them meet at a corner only.

The body moves where the interpolated clearance is large enough; ways are measured over cells that share an edge. Where
interpolation joins two such cells, one of the two cells beside them is opened, so that distances know of the gap.
"""

import numpy as np
from numpy.typing import NDArray


def opened(esdf: NDArray[np.float32], fits: NDArray[np.bool_], limit: float) -> NDArray[np.bool_]:
    """Return the (H, W) cells to open so that every gap that the body passes is a gap for ways, too.

    Four cell centres a, b over c, d interpolate bilinearly; with a and d free and b and c not, both sides are joined
    exactly where the value at the saddle, (a d - b c) / (a + d - b - c), reaches the limit.

    Args:
        esdf: (H, W) clearance at cell centres, metres.
        fits: (H, W) cells in whose centres the body fits: those at the limit or above it.
        limit: least clearance of the body's axis, metres.
    """
    found = np.zeros_like(fits)
    values = esdf.astype(np.float64)
    free = np.pad(fits, 1)
    neighbours = free[:-2, 1:-1].astype(np.int8) + free[2:, 1:-1] + free[1:-1, :-2] + free[1:-1, 2:]
    for step in (1, -1):  # gaps along one diagonal, then, in the mirror, along the other
        view, room, beside, out = values[:, ::step], fits[:, ::step], neighbours[:, ::step], found[:, ::step]
        joined = room[:-1, :-1] & room[1:, 1:] & ~room[:-1, 1:] & ~room[1:, :-1]
        for row, column in np.argwhere(joined):
            (a, b), (c, d) = view[row : row + 2, column : column + 2]
            if (a * d - b * c) / (a + d - b - c) >= limit:
                # The cell with fewer free neighbours: opening it leads nowhere else.
                upper, lower = (row, column + 1), (row + 1, column)
                out[min((upper, lower), key=lambda cell: (beside[cell], -view[cell]))] = True
    return found


def saddle(esdf: NDArray[np.float32], cell: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the (2,) point, in cells, through which the body passes between two cells that meet at a corner.

    The interpolated clearance is stationary there, so that on straight lines from both centres it is nowhere less.
    """
    (i, j), (k, m) = cell, other
    a, b, c, d = (float(esdf[at]) for at in ((i, j), (i, m), (k, j), (k, m)))
    along_row, along_column = (a - b) / (a + d - b - c), (a - c) / (a + d - b - c)
    return cell + np.array([along_row, along_column]) * (other - cell)
