"""What a smooth path costs, and the gradient by its control points."""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.clearance import bilinear
from vln_pipeline.planning.spline import reflect_ends


class CostWeights(NamedTuple):
    """Weights and limits of ``path_cost``; units as in ``TrajectoryConfig``.

    Attributes:
        obstacle: weight of ``max(0, safe_distance - clearance)^2``.
        safe_distance: metres.
        hard: weight of ``max(0, hard_distance - clearance)^2``.
        hard_distance: metres.
        length: weight of the squared first derivative by arc length.
        acceleration: weight of the squared second derivative by arc length.
        jerk: weight of the squared third derivative by arc length.
        curvature: weight of ``max(0, |curvature| - curvature_limit)^2``.
        curvature_limit: 1/m.
    """

    obstacle: float
    safe_distance: float
    hard: float
    hard_distance: float
    length: float
    acceleration: float
    jerk: float
    curvature: float
    curvature_limit: float


@njit(cache=True)
def path_cost(
    padded: NDArray[np.float64],
    basis: NDArray[np.float64],
    esdf: NDArray,
    cell: float,
    spacing: float,
    weights: CostWeights,
    gradient: NDArray[np.float64],
) -> float:
    """Return the cost of a B-spline through a clearance field, in metres, and write its gradient.

    Obstacle and curvature terms are integrals over samples of the curve, the others over the control polygon:
    differences of order n divided by ``spacing^n`` are its derivatives by arc length.

    Args:
        padded: (M + 2, 2) control points, local frame, metres; the phantoms are set here.
        basis: (samples per span, 3, 4) from ``spline.basis``.
        esdf: (H, W) clearance at cell centres, metres.
        cell: edge of a cell, metres.
        spacing: distance between control points that the path was laid out with, metres.
        weights: what each term counts.
        gradient: (M + 2, 2) out; zero at the phantoms and at both ends, which are fixed.
    """
    reflect_ends(padded)
    gradient[:] = 0
    per_span = basis.shape[0]
    piece = spacing / per_span
    total = 0.0
    for j in range(padded.shape[0] - 3):
        for s in range(per_span):
            x = y = dx = dy = ddx = ddy = 0.0
            for c in range(4):
                px, py = padded[j + c, 0], padded[j + c, 1]
                x, y = x + basis[s, 0, c] * px, y + basis[s, 0, c] * py
                dx, dy = dx + basis[s, 1, c] * px, dy + basis[s, 1, c] * py
                ddx, ddy = ddx + basis[s, 2, c] * px, ddy + basis[s, 2, c] * py
            distance, along_x, along_y, _ = bilinear(esdf, cell, x, y)
            near = max(0.0, weights.safe_distance - distance)
            too_near = max(0.0, weights.hard_distance - distance)
            total += piece * (weights.obstacle * near * near + weights.hard * too_near * too_near)
            push = -2 * piece * (weights.obstacle * near + weights.hard * too_near)
            cross, speed2 = dx * ddy - dy * ddx, dx * dx + dy * dy + 1e-9
            bend = slow = 0.0
            if cross * cross > weights.curvature_limit**2 * speed2**3:
                curvature = cross / (speed2 * math.sqrt(speed2))
                excess = abs(curvature) - weights.curvature_limit
                total += piece * weights.curvature * excess * excess
                bend = math.copysign(2 * piece * weights.curvature * excess, curvature)
                slow = -3 * bend * curvature / speed2
                bend /= speed2 * math.sqrt(speed2)
            if push == 0.0 and bend == 0.0:
                continue
            for c in range(4):
                at, first, second = basis[s, 0, c], basis[s, 1, c], basis[s, 2, c]
                gradient[j + c, 0] += at * push * along_x + first * (bend * ddy + slow * dx) - second * bend * dy
                gradient[j + c, 1] += at * push * along_y + first * (slow * dy - bend * ddx) + second * bend * dx
    total += _smoothness(padded, spacing, weights, gradient)
    gradient[2] -= gradient[0]
    gradient[-3] -= gradient[-1]
    gradient[:2] = 0
    gradient[-2:] = 0
    return total


@njit(cache=True)
def _smoothness(
    padded: NDArray[np.float64], spacing: float, weights: CostWeights, gradient: NDArray[np.float64]
) -> float:
    length = weights.length / spacing
    acceleration = weights.acceleration / spacing**3
    jerk = weights.jerk / spacing**5
    total = 0.0
    for c in range(2):
        for i in range(1, padded.shape[0] - 2):
            first = padded[i + 1, c] - padded[i, c]
            total += length * first * first
            gradient[i + 1, c] += 2 * length * first
            gradient[i, c] -= 2 * length * first
        for i in range(2, padded.shape[0] - 2):
            second = padded[i + 1, c] - 2 * padded[i, c] + padded[i - 1, c]
            total += acceleration * second * second
            gradient[i + 1, c] += 2 * acceleration * second
            gradient[i, c] -= 4 * acceleration * second
            gradient[i - 1, c] += 2 * acceleration * second
        for i in range(padded.shape[0] - 3):
            third = padded[i + 3, c] - 3 * padded[i + 2, c] + 3 * padded[i + 1, c] - padded[i, c]
            total += jerk * third * third
            gradient[i + 3, c] += 2 * jerk * third
            gradient[i + 2, c] -= 6 * jerk * third
            gradient[i + 1, c] += 6 * jerk * third
            gradient[i, c] -= 2 * jerk * third
    return total
