"""The path that System 1 learns to predict from one frame of a discrete walk."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.polyline import lengths_along, points_along

LABEL_SCALE = 4.0
"""Actions hold x and y times this."""
_MOVED = 0.05
"""Squared metres: a shorter step is a turn on the spot, whose small drift is not part of the path."""


def path_target(
    poses: NDArray[np.float64], count: int = 32, horizon: float = 3.3, turn_after_end: bool = False
) -> NDArray[np.float32]:
    """Return the (count, 3) actions along the way through future poses: (4 dx, 4 dy, change of heading).

    The way is smoothed by a cubic spline over its chord length and cut into pieces of equal length; beyond its end
    the robot stands still.

    Args:
        poses: (N, 2 or more) x and y of the current and the following frames, metres, in the current body frame; the
            first is the origin.
        count: number of actions.
        horizon: length of the predicted way, metres.
        turn_after_end: whether the first action after the end turns back to heading 0, as in InternVLA-N1, where the
            heading of a piece without length is taken for 0. Only for training on from its released weights.
    """
    points = _way(poses[:, :2])
    waypoints = points_along(points, np.linspace(0.0, horizon, count + 1))
    pieces = np.diff(waypoints, axis=0)
    heading = np.arctan2(pieces[:, 1], pieces[:, 0])
    if not turn_after_end:
        heading = _held(heading, np.any(pieces != 0, axis=1))
    turns = np.diff(heading, prepend=0.0)
    turns = (turns + np.pi) % (2 * np.pi) - np.pi
    return np.column_stack([LABEL_SCALE * pieces, turns]).astype(np.float32)


def _way(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points that lie a step from the one before, smoothed where there are enough of them."""
    moved = np.sum(np.diff(points, axis=0) ** 2, axis=1) > _MOVED
    kept = np.concatenate([np.zeros((1, 2)), points[1:][moved]])
    if len(kept) <= 3:
        return kept
    from scipy.interpolate import CubicSpline  # takes a second to load, and every run reads this module's parameters

    length = lengths_along(kept)
    return CubicSpline(length, kept)(np.linspace(0.0, length[-1], max(50, 2 * len(kept))))


def _held(heading: NDArray[np.float64], moving: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return headings with that of the last moving piece in place of those that follow without moving."""
    latest = np.maximum.accumulate(np.where(moving, np.arange(len(heading)), -1))
    return np.where(latest >= 0, heading[np.maximum(latest, 0)], 0.0)
