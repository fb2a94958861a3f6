"""Cheapest way between one start and one goal."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.search_grid import STEPS, push

FINENESS = 4
"""Buckets per unit of cost: finer ones expand fewer cells more than once and set aside more memory."""


class AStar:
    """A* with octile heuristic on one ``search_grid``, 8-connected, never cutting a corner.

    Its arrays are kept between queries, and what a cell holds counts only in the query that wrote it: a short query
    on a large floor costs little.
    """

    def __init__(self, grid: NDArray[np.float64]) -> None:
        dearest = float(grid[np.isfinite(grid)].max(initial=1.0))
        # An edge raises cost plus heuristic by at most its own cost and its own heuristic.
        n_buckets = int(FINENESS * math.sqrt(2) * (dearest + 1)) + 2
        self._grid = grid
        self._cost = np.empty(grid.size)
        self._came_by = np.empty(grid.size, dtype=np.int8)
        self._stacks = np.empty((n_buckets, grid.size), dtype=np.int32)
        self._bucket_of = np.empty(grid.size, dtype=np.int32)
        self._query_of = np.zeros(grid.size, dtype=np.int32)
        self._query = 0

    def path(self, start: tuple[int, int], goal: tuple[int, int]) -> tuple[NDArray[np.int64], float]:
        """Return the (N, 2) (row, column) cells from start to goal and their cost in cells of open floor.

        Where no way exists, the path is empty, (0, 2), and its cost infinite.
        """
        self._query += 1
        width = self._grid.shape[1]
        source, target = ((row + 1) * width + column + 1 for row, column in (start, goal))
        arrays = self._cost, self._came_by, self._stacks, self._bucket_of, self._query_of
        return _astar(self._grid, source, target, *arrays, self._query)


@njit(cache=True)
def _octile(here: int, target: int, width: int) -> float:
    rows, columns = abs(here // width - target // width), abs(here % width - target % width)
    return max(rows, columns) + (math.sqrt(2.0) - 1.0) * min(rows, columns)


@njit(cache=True)
def _astar(
    grid: NDArray[np.float64],
    source: int,
    target: int,
    cost: NDArray[np.float64],
    came_by: NDArray[np.int8],
    stacks: NDArray[np.int32],
    bucket_of: NDArray[np.int32],
    query_of: NDArray[np.int32],
    query: int,
) -> tuple[NDArray[np.int64], float]:
    """Search with cells in buckets of estimated cost; a cell found cheaper within its bucket is expanded again."""
    width = grid.shape[1]
    open_cost = grid.ravel()
    offsets = STEPS[:, 0] * width + STEPS[:, 1]
    n_buckets = stacks.shape[0]
    sizes = np.zeros(n_buckets, dtype=np.int64)
    query_of[source], cost[source], bucket_of[source] = query, 0.0, -1
    level = int(FINENESS * _octile(source, target, width))
    push(source, level % n_buckets, stacks, sizes, bucket_of)
    best, empty = np.inf, 0
    # A goal whose own bucket is done cannot be beaten by what waits in later ones.
    while empty < n_buckets and level <= FINENESS * best:
        bucket = level % n_buckets
        if sizes[bucket] == 0:
            level += 1
            empty += 1
            continue
        empty = 0
        sizes[bucket] -= 1
        here = stacks[bucket, sizes[bucket]]
        if bucket_of[here] != bucket:
            continue
        bucket_of[here] = -1
        if here == target:
            best = cost[here]
            continue
        free = 0
        for k in range(8):
            there = here + offsets[k]
            if open_cost[there] == np.inf:
                continue
            stride = 1.0
            if k < 4:
                free |= 1 << k
            else:
                sides = (1 << (k - 4)) | (1 << ((k - 3) & 3))
                if free & sides != sides:
                    continue
                stride = math.sqrt(2.0)
            if query_of[there] != query:
                query_of[there], cost[there], bucket_of[there] = query, np.inf, -1
            reached = cost[here] + stride * 0.5 * (open_cost[here] + open_cost[there])
            if reached < cost[there]:
                cost[there], came_by[there] = reached, k
                estimate = int(FINENESS * (reached + _octile(there, target, width)))
                push(there, max(estimate, level) % n_buckets, stacks, sizes, bucket_of)
    if best == np.inf:
        return np.empty((0, 2), dtype=np.int64), best
    count, here = 1, target
    while here != source:
        here -= offsets[came_by[here]]
        count += 1
    cells = np.empty((count, 2), dtype=np.int64)
    here = target
    for n in range(count - 1, -1, -1):
        cells[n, 0], cells[n, 1] = here // width - 1, here % width - 1
        if n > 0:
            here -= offsets[came_by[here]]
    return cells, best
