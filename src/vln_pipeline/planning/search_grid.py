"""The grid on which paths are searched, and the bucket queue that both searches share."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.navigation_map import FloorMap

STEPS = np.array([(0, 1), (1, 0), (0, -1), (-1, 0), (1, 1), (1, -1), (-1, -1), (-1, 1)])
"""(8, 2) neighbours as (row, column); diagonal ``4 + k`` lies between the straight ones ``k`` and ``(k + 1) % 4``."""


def search_grid(
    floor: FloorMap, radius: float, margin: float = 0.0, weight: float = 0.0, band: float = 1.0
) -> NDArray[np.float64]:
    """Return the cost of walking over each cell: ``1 + weight * max(0, 1 - (esdf - radius) / band)^2``.

    Args:
        floor: the storey.
        radius: robot radius, metres.
        margin: room beyond the radius below which a cell is closed, metres.
        weight: extra cost at the robot's radius from an obstacle.
        band: distance beyond the radius over which the extra cost fades, metres.

    Returns:
        (H + 2, W + 2) costs, infinite where the robot may not pass and on a ring of one cell around the floor, which
        spares the searches a test of the border.
    """
    nearness = np.clip(1 - (floor.esdf.astype(np.float64) - radius) / band, 0, 1)
    is_open = floor.navigable & (floor.esdf >= radius + margin)
    cost = np.where(is_open, 1 + weight * nearness**2, np.inf)
    return np.pad(cost, 1, constant_values=np.inf)


@njit(cache=True)
def push(cell: int, bucket: int, stacks: NDArray, sizes: NDArray, bucket_of: NDArray) -> None:
    """Put a cell into a bucket; its entry in an older bucket goes stale.

    Args:
        cell: flat index.
        bucket: bucket index, modulo the number of buckets.
        stacks: (buckets, cells) cells in each bucket.
        sizes: (buckets,) entries of each stack in use.
        bucket_of: (cells,) bucket that holds the valid entry of each cell, -1 for none.
    """
    if bucket_of[cell] != bucket:
        bucket_of[cell] = bucket
        stacks[bucket, sizes[bucket]] = cell
        sizes[bucket] += 1
