"""Where a robot looks while it walks: along its path, or away from it for data that shows how to come back."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.walk_config import GazeConfig


def gaze(
    path: NDArray[np.float64],
    tangent: NDArray[np.float64],
    config: GazeConfig,
    max_turn: float,
    draw: np.random.Generator,
) -> NDArray[np.float64]:
    """Return (N,) headings in [-pi, pi) that keep coming back to the tangent of a path.

    The first heading is off by up to ``config.start``. A glance later aims at an angle to the path, and once that is
    reached at the path again; the distances between glances are exponential. With all angles 0 nothing is drawn and
    the tangent itself is returned.

    Args:
        path: (N, 2) positions, metres.
        tangent: (N,) headings along the path, radians; they change by at most ``max_turn`` per frame.
        config: how far and how often.
        max_turn: largest change of heading between frames, radians.
        draw: what everything is drawn from.
    """
    if not config.start and not config.glance:
        return tangent
    start, glance = math.radians(config.start), math.radians(config.glance)
    steps = np.hypot(*np.diff(path, axis=0).T)
    headings = np.empty_like(tangent)
    headings[0] = tangent[0] + draw.uniform(-start, start)
    aside, ahead = 0.0, draw.exponential(config.interval)
    for frame, step in enumerate(steps, 1):
        ahead -= step
        if ahead <= 0 and glance:
            aside, ahead = draw.uniform(-glance, glance), draw.exponential(config.interval)
        missing = _wrapped(tangent[frame] + aside - headings[frame - 1])
        headings[frame] = headings[frame - 1] + min(max(missing, -max_turn), max_turn)
        if abs(missing) <= max_turn:
            aside = 0.0
    return _wrapped(headings)


def _wrapped(angle):  # type: ignore[no-untyped-def]
    return (angle + math.pi) % (2 * math.pi) - math.pi
