"""Uniform cubic B-spline that starts at its first control point and ends at its last.

One phantom control point is reflected through each end (``2 P0 - P1``): the curve then passes through the end with no
curvature, and all of its ``M - 1`` spans share one basis.
"""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray


def basis(per_span: int) -> NDArray[np.float64]:
    """Return what the four control points around a span weigh, at the parameters ``k / per_span`` of that span.

    Returns:
        (per_span, 3, 4) weights of position, first and second derivative by the span's parameter in [0, 1].
    """
    t = np.arange(per_span) / per_span
    one, zero = np.ones_like(t), np.zeros_like(t)
    powers = np.array([[one, t, t**2, t**3], [zero, one, 2 * t, 3 * t**2], [zero, zero, 2 * one, 6 * t]])
    matrix = np.array([[1, 4, 1, 0], [-3, 0, 3, 0], [3, -6, 3, 0], [-1, 3, -3, 1]]) / 6
    return np.ascontiguousarray(np.einsum("dpk,pc->kdc", powers, matrix))


@njit(cache=True)
def reflect_ends(padded: NDArray[np.float64]) -> None:
    """Set the phantom points of (M + 2, 2) control points, which are its first and last row."""
    padded[0] = 2 * padded[1] - padded[2]
    padded[-1] = 2 * padded[-2] - padded[-3]


@njit(cache=True)
def control_points(polyline: NDArray[np.float64], spacing: float) -> tuple[NDArray[np.float64], float]:
    """Return padded control points at equal distances along a polyline.

    Args:
        polyline: (N, 2) points, metres.
        spacing: largest distance between control points, metres.

    Returns:
        (M + 2, 2) control points with phantoms, M >= 4, and their distance along the polyline, metres.
    """
    along = np.zeros(polyline.shape[0])
    for n in range(1, along.size):
        dx, dy = polyline[n, 0] - polyline[n - 1, 0], polyline[n, 1] - polyline[n - 1, 1]
        along[n] = along[n - 1] + math.hypot(dx, dy)
    spans = max(3, math.ceil(along[-1] / spacing))
    padded = np.empty((spans + 3, 2))
    at = np.linspace(0, along[-1], spans + 1)
    padded[1:-1, 0] = np.interp(at, along, polyline[:, 0])
    padded[1:-1, 1] = np.interp(at, along, polyline[:, 1])
    reflect_ends(padded)
    return padded, along[-1] / spans


@njit(cache=True)
def evaluate(padded: NDArray[np.float64], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return position and derivatives of the curve.

    Args:
        padded: (M + 2, 2) control points with phantoms.
        at: (N,) parameters in [0, M - 1]; control point ``i`` belongs to parameter ``i``.

    Returns:
        (N, 6) x, y, their first and their second derivatives by the parameter.
    """
    out = np.empty((at.size, 6))
    spans = padded.shape[0] - 3
    for n in range(at.size):
        j = min(max(int(at[n]), 0), spans - 1)
        t = at[n] - j
        for c in range(2):
            p, q, r, s = padded[j, c], padded[j + 1, c], padded[j + 2, c], padded[j + 3, c]
            constant, linear, square, cube = p + 4 * q + r, 3 * (r - p), 3 * (p - 2 * q + r), s - p + 3 * (q - r)
            out[n, c] = (constant + t * (linear + t * (square + t * cube))) / 6
            out[n, 2 + c] = (linear + t * (2 * square + t * 3 * cube)) / 6
            out[n, 4 + c] = (2 * square + 6 * t * cube) / 6
    return out
