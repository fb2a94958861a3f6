"""Cheapest way from every cell to one goal: one search for many starts."""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.search_grid import STEPS, push


@dataclass(frozen=True)
class GoalField:
    """Dijkstra's field of one goal, 8-connected, never cutting a corner.

    Attributes:
        cost: (H, W) cost to the goal, in cells of open floor; infinite where it was not reached.
        towards: (H + 2, W + 2) index into ``STEPS`` of the next step, -1 at the goal and where there is none.
    """

    cost: NDArray[np.float64]
    towards: NDArray[np.int8]

    def path(self, start: tuple[int, int]) -> NDArray[np.int64]:
        """Return the (N, 2) (row, column) cells from a start that reaches the goal to the goal, both inclusive."""
        return _follow(self.towards, start[0] + 1, start[1] + 1)


def goal_field(grid: NDArray[np.float64], goal: tuple[int, int], limit: float = np.inf) -> GoalField:
    """Search from a goal (row, column) over a ``search_grid``, as far as ways cost no more than ``limit``."""
    cost, towards = _dijkstra(grid, (goal[0] + 1) * grid.shape[1] + goal[1] + 1, limit)
    return GoalField(cost[1:-1, 1:-1], towards)


@njit(cache=True)
def route_cost(grid: NDArray[np.float64], cells: NDArray[np.int64]) -> float:
    """Return what a path over (N, 2) (row, column) cells costs on a ``search_grid``."""
    total = 0.0
    for n in range(1, cells.shape[0]):
        stride = math.hypot(cells[n, 0] - cells[n - 1, 0], cells[n, 1] - cells[n - 1, 1])
        here, there = grid[cells[n - 1, 0] + 1, cells[n - 1, 1] + 1], grid[cells[n, 0] + 1, cells[n, 1] + 1]
        total += stride * 0.5 * (here + there)
    return total


@njit(cache=True)
def _dijkstra(grid: NDArray[np.float64], goal: int, limit: float) -> tuple[NDArray[np.float64], NDArray[np.int8]]:
    """Label-setting search; buckets no wider than the cheapest edge, 1, need no order inside (Dial 1969)."""
    half = grid.ravel() * 0.5
    offsets = STEPS[:, 0] * grid.shape[1] + STEPS[:, 1]
    dearest = 0.5
    for i in range(half.size):
        if half[i] < np.inf:
            dearest = max(dearest, half[i])
    n_buckets = int(math.sqrt(2.0) * 2 * dearest) + 2
    cost = np.full(half.size, np.inf)
    towards = np.full(half.size, -1, dtype=np.int8)
    stacks = np.empty((n_buckets, half.size), dtype=np.int32)
    sizes = np.zeros(n_buckets, dtype=np.int64)
    bucket_of = np.full(half.size, -1, dtype=np.int32)
    cost[goal] = 0.0
    push(goal, 0, stacks, sizes, bucket_of)
    bucket, empty = 0, 0
    while empty < n_buckets:
        if sizes[bucket] == 0:
            bucket = (bucket + 1) % n_buckets
            empty += 1
            continue
        empty = 0
        sizes[bucket] -= 1
        here = stacks[bucket, sizes[bucket]]
        if bucket_of[here] != bucket:
            continue
        bucket_of[here] = -1
        free = 0
        for k in range(4):
            there = here + offsets[k]
            if half[there] < np.inf:
                free |= 1 << k
                reached = cost[here] + half[here] + half[there]
                if reached < cost[there] and reached <= limit:
                    cost[there], towards[there] = reached, k ^ 2
                    push(there, int(reached) % n_buckets, stacks, sizes, bucket_of)
        for k in range(4):
            sides = (1 << k) | (1 << ((k + 1) & 3))
            there = here + offsets[4 + k]
            if free & sides == sides and half[there] < np.inf:
                reached = cost[here] + math.sqrt(2.0) * (half[here] + half[there])
                if reached < cost[there] and reached <= limit:
                    cost[there], towards[there] = reached, 4 + (k ^ 2)
                    push(there, int(reached) % n_buckets, stacks, sizes, bucket_of)
    return cost.reshape(grid.shape), towards.reshape(grid.shape)


@njit(cache=True)
def _follow(towards: NDArray[np.int8], row: int, column: int) -> NDArray[np.int64]:
    count, i, j = 1, row, column
    while towards[i, j] >= 0:
        k = towards[i, j]
        i, j = i + STEPS[k, 0], j + STEPS[k, 1]
        count += 1
    cells = np.empty((count, 2), dtype=np.int64)
    i, j = row, column
    for n in range(count):
        cells[n, 0], cells[n, 1] = i - 1, j - 1
        k = towards[i, j]
        if k >= 0:
            i, j = i + STEPS[k, 0], j + STEPS[k, 1]
    return cells
