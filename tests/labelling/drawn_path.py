"""Paths with known turns, sampled like the continuous dialect."""

import numpy as np

STEP = 0.0376


def legs(*parts, start=(0.0, 0.0), yaw=0.0):
    """Return (N, 3) positions and (N,) headings of legs, each a length in metres or (radius, degrees left)."""
    xy, heading = [np.array(start, dtype=float)], [float(yaw)]
    for part in parts:
        radius, angle = (None, 0.0) if np.isscalar(part) else part
        length = part if radius is None else abs(np.radians(angle)) * radius
        count = max(1, round(length / STEP))
        for _ in range(count):
            middle = heading[-1] + np.radians(angle) / count / 2
            xy.append(xy[-1] + length / count * np.array([np.cos(middle), np.sin(middle)]))
            heading.append(heading[-1] + np.radians(angle) / count)
    return np.column_stack([np.array(xy), np.zeros(len(xy))]), np.array(heading)
