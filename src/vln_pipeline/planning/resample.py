"""From a spline to frames: one position and heading per frame, within limits of step, turn and bend."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.clearance import SLACK, in_cells, segment_clear
from vln_pipeline.planning.spline import evaluate
from vln_pipeline.planning.verdict import Verdict

PER_SPAN = 16
"""Samples per span on which length and curvature are integrated."""
HEADROOM = 0.995
"""Share of the step and turn limits that is planned with, so that the sampled walk stays below them."""


@njit(cache=True)
def resample(
    padded: NDArray[np.float64], step: float, max_turn: float, step_change: float, radius: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Walk along a spline as fast as its bends allow.

    The distance per frame is at most ``step``, at most ``max_turn`` over the curvature, and changes by at most
    ``step_change`` per frame (a forward and a backward pass over the squared speed).

    Args:
        padded: (M + 2, 2) control points with phantoms, metres.
        step: largest distance between frames, metres.
        max_turn: largest change of heading between frames, radians.
        step_change: largest change of the distance from one frame to the next, metres.
        radius: smallest turning radius, metres.

    Returns:
        (N, 2) positions, (N,) headings in [-pi, pi] and ``KEPT`` or ``SHARP_BEND``; then both arrays are empty.
    """
    count = (padded.shape[0] - 3) * PER_SPAN + 1
    at = np.linspace(0, padded.shape[0] - 3, count)
    curve = evaluate(padded, at)
    speed = np.empty(count)
    for n in range(count):
        dx, dy = curve[n, 2], curve[n, 3]
        curvature = abs(dx * curve[n, 5] - dy * curve[n, 4]) / (math.hypot(dx, dy) ** 3 + 1e-12)
        if curvature * radius > 1:
            return np.empty((0, 2)), np.empty(0), Verdict.SHARP_BEND
        speed[n] = HEADROOM * min(step, max_turn / max(curvature, 1e-6))
    pieces = np.empty(count - 1)
    for n in range(count - 1):
        pieces[n] = math.hypot(curve[n + 1, 0] - curve[n, 0], curve[n + 1, 1] - curve[n, 1])
        speed[n + 1] = min(speed[n + 1], math.sqrt(speed[n] ** 2 + 2 * step_change * pieces[n]))
    frames = np.zeros(count)
    for n in range(count - 2, -1, -1):
        speed[n] = min(speed[n], math.sqrt(speed[n + 1] ** 2 + 2 * step_change * pieces[n]))
    for n in range(count - 1):
        frames[n + 1] = frames[n] + 2 * pieces[n] / (speed[n] + speed[n + 1])
    points = evaluate(padded, np.interp(np.linspace(0, frames[-1], math.ceil(frames[-1]) + 1), frames, at))
    return points[:, :2].copy(), np.arctan2(points[:, 3], points[:, 2]), Verdict.KEPT


@njit(cache=True)
def check(
    path: NDArray[np.float64],
    yaw: NDArray[np.float64],
    esdf: NDArray,
    navigable: NDArray[np.bool_],
    cell: float,
    radius: float,
    step: float,
    max_turn: float,
    turning_radius: float,
) -> int:
    """Return the ``Verdict`` on a resampled walk: clear of obstacles everywhere, and within every limit per frame.

    Args:
        path: (N, 2) positions, local frame, metres.
        yaw: (N,) headings, radians.
        esdf: (H, W) clearance at cell centres, metres.
        navigable: (H, W) cells that the robot's axis may be in.
        cell: edge of a cell, metres.
        radius: robot radius, metres.
        step: largest distance between frames, metres.
        max_turn: largest change of heading between frames, radians.
        turning_radius: smallest turning radius, metres.
    """
    if not in_cells(navigable, cell, path):
        return Verdict.NEAR_OBSTACLE
    for n in range(1, path.shape[0]):
        if not segment_clear(esdf, cell, path[n - 1], path[n], radius, SLACK):
            return Verdict.NEAR_OBSTACLE
        distance = math.hypot(path[n, 0] - path[n - 1, 0], path[n, 1] - path[n - 1, 1])
        turned = abs((yaw[n] - yaw[n - 1] + math.pi) % (2 * math.pi) - math.pi)
        if distance > step or turned > max_turn or turned * turning_radius > distance:
            return Verdict.SHARP_BEND
    return Verdict.KEPT
