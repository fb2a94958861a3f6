"""Where a walk goes up or down stairs or a ramp."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.keyframes import arc_length

_SLOPE, _WINDOW = 0.15, 0.5
"""A walk climbs where its height changes by this share of its way over so many metres; ours."""
_LANDING = 2.5
"""Two climbs in one direction with a level way no longer than this between them are one, metres; ours."""
_TOLD = 0.8
"""A smaller change of height is not told, metres; ours."""


@dataclass(frozen=True)
class Climb:
    """A way up or down.

    Attributes:
        start, end: frames between which it happens.
        rise: change of height, metres, positive upwards.
    """

    start: int
    end: int
    rise: float


def find_climbs(path: NDArray[np.float64]) -> tuple[Climb, ...]:
    """Return the climbs of a walk that are worth a word, in order.

    Args:
        path: (N, 3) positions, metres.
    """
    walked, height = arc_length(path), path[:, 2]
    ahead = np.interp(walked + _WINDOW / 2, walked, height) - np.interp(walked - _WINDOW / 2, walked, height)
    direction = np.where(np.abs(ahead) >= _SLOPE * _WINDOW, np.sign(ahead), 0)
    edges = np.flatnonzero(np.diff(direction, prepend=0, append=0))
    found: list[Climb] = []
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if not direction[start]:
            continue
        end = min(stop, len(path) - 1)
        rise = float(height[end] - height[start])
        before = found[-1] if found else None
        if before and before.rise * rise > 0 and walked[start] - walked[before.end] <= _LANDING:
            found[-1] = Climb(before.start, end, float(height[end] - height[before.start]))
        else:
            found.append(Climb(start, end, rise))
    return tuple(climb for climb in found if abs(climb.rise) >= _TOLD)
