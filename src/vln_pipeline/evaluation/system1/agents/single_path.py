"""Plans of agents that consider one path only."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Plan


def single_path(points: NDArray[np.float64]) -> Plan:
    """Return the plan to follow (K, 2) waypoints, or to drive to a (2,) point, metres, body frame."""
    path = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return Plan(path, stop=False, candidates=path[:0].reshape(0, 0, 2), values=np.zeros(0))
