"""Limited-memory BFGS on the control points of one path."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.path_cost import CostWeights, path_cost

MEMORY = 6
"""Pairs of steps and gradient changes that approximate the curvature."""
LONGEST_STEP = 0.25
"""Most that one control point moves in one iteration, metres: the field is far from linear beyond a doorway."""
TOLERANCE = 3e-4
"""Relative decrease of the cost below which the path is settled."""


@njit(cache=True)
def optimise(
    padded: NDArray[np.float64],
    basis: NDArray[np.float64],
    esdf: NDArray,
    cell: float,
    spacing: float,
    weights: CostWeights,
    iterations: int,
) -> NDArray[np.float64]:
    """Return control points of locally least ``path_cost``; both ends stay where they are.

    Two-loop recursion (Nocedal 1980) with a backtracking line search.

    Args:
        padded: (M + 2, 2) control points with phantoms to begin with, local frame, metres.
        basis: (samples per span, 3, 4) from ``spline.basis``.
        esdf: (H, W) clearance at cell centres, metres.
        cell: edge of a cell, metres.
        spacing: distance between control points, metres.
        weights: what each term counts.
        iterations: most iterations.
    """
    points, trial = padded.copy(), padded.copy()
    gradient, trial_gradient = np.empty_like(points), np.empty_like(points)
    steps = np.empty((MEMORY, *points.shape))
    changes = np.empty((MEMORY, *points.shape))
    inverse = np.empty(MEMORY)
    alpha = np.empty(MEMORY)
    cost = path_cost(points, basis, esdf, cell, spacing, weights, gradient)
    kept = 0
    for _ in range(iterations):
        direction = -gradient
        for n in range(kept - 1, max(kept - MEMORY, 0) - 1, -1):
            m = n % MEMORY
            alpha[m] = inverse[m] * _dot(steps[m], direction)
            direction -= alpha[m] * changes[m]
        if kept > 0:
            m = (kept - 1) % MEMORY
            direction *= 1 / (inverse[m] * _dot(changes[m], changes[m]))
        for n in range(max(kept - MEMORY, 0), kept):
            m = n % MEMORY
            direction += (alpha[m] - inverse[m] * _dot(changes[m], direction)) * steps[m]
        slope = _dot(direction, gradient)
        if not slope < 0:  # also stops at a gradient that is not a number
            break
        size = min(1.0, LONGEST_STEP / np.max(np.abs(direction)))
        accepted = False
        for _ in range(12):
            trial[:] = points + size * direction
            trial_cost = path_cost(trial, basis, esdf, cell, spacing, weights, trial_gradient)
            if trial_cost <= cost + 1e-4 * size * slope:
                accepted = True
                break
            size *= 0.5
        if not accepted:
            break
        m = kept % MEMORY
        steps[m] = trial - points
        # The gradient is zero at ends and phantoms, so that the phantoms' own motion drops out of every product.
        changes[m] = trial_gradient - gradient
        product = _dot(steps[m], changes[m])
        settled = cost - trial_cost <= TOLERANCE * trial_cost
        points[:], gradient[:], cost = trial, trial_gradient, trial_cost
        if settled:
            break
        if product > 1e-12:
            inverse[m] = 1 / product
            kept += 1
    return points


@njit(cache=True)
def _dot(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    total = 0.0
    for i in range(a.shape[0]):
        total += a[i, 0] * b[i, 0] + a[i, 1] * b[i, 1]
    return total
