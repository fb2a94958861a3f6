"""What the critic learns: to dislike waypoints near obstacles and to like those that lead away from them."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.training.navdp_data.obstacles import Obstacles

NO_OBSTACLES = 2.0
"""Value of every path in a scene without obstacles, as NavDP's own loader has it."""
_PENALTY, _GAIN = 5.0, 0.5


def critic_labels(
    obstacles: Obstacles, walk: int, paths: Sequence[NDArray[np.float64]], touch_distance: float
) -> list[float]:
    """Return the value of each path: half of the clearance it gains, less 5 times the share of waypoints that touch.

    The clearance gained from waypoint to waypoint adds up to the last one's less the first one's, so only these two
    distances are measured; of the others it is only asked whether they touch.

    Args:
        obstacles: of all scenes.
        walk: number of the walk.
        paths: (T + 1, 2) waypoints, world, metres; the last one does not count as touching.
        touch_distance: from an obstacle, below which a waypoint touches it, metres.
    """
    ends = obstacles.distances(walk, np.concatenate([path[[0, -1]] for path in paths]))
    if ends is None:
        return [NO_OBSTACLES] * len(paths)
    touching = np.split(obstacles.near(walk, np.concatenate([path[:-1] for path in paths]), touch_distance), len(paths))
    gained = ends[1::2] - ends[::2]
    return [float(_GAIN * gain - _PENALTY * touch.mean()) for gain, touch in zip(gained, touching, strict=True)]
