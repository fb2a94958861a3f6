"""What the critic learns: to dislike waypoints near obstacles and to like those that lead away from them."""

import numpy as np
from numpy.typing import NDArray

NO_OBSTACLES = 2.0
"""Value of every path in a scene without obstacles, as NavDP's own loader has it."""
_NEAR, _PENALTY, _GAIN = 0.1, 5.0, 0.5


def critic_label(distances: NDArray[np.float64]) -> float:
    """Return the value of a path: half of the clearance it gains, less 5 times the share of waypoints that touch.

    The sum of changes of the clearance from waypoint to waypoint is the last one less the first one.

    Args:
        distances: (T + 1,) from each waypoint to the nearest obstacle, metres.
    """
    return float(_GAIN * (distances[-1] - distances[0]) - _PENALTY * np.mean(distances[:-1] < _NEAR))
