"""Starts and goals drawn in one scene."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class EndpointPair:
    """One start and goal on one floor, or at the two ends of a flight, joined by a path on the grid.

    Attributes:
        index: number of the pair in its scene.
        floor: index of its map, ``NavigationMap.maps``.
        start: (3,) float64 position on the ground, world frame, metres.
        goal: (3,) float64 position on the ground, world frame, metres.
        geodesic: length of the shortest collision-free path from start to goal, metres.
        caution: 1 for a path that keeps its distance from obstacles, less for one that may pass close to them.
        path: (K, 2) float64 corners of the cheapest grid path, start and goal included, world xy, metres.
    """

    index: int
    floor: int
    start: NDArray[np.float64]
    goal: NDArray[np.float64]
    geodesic: float
    caution: float
    path: NDArray[np.float64]


@dataclass(frozen=True)
class EndpointPairs:
    """What sampling drew in one scene.

    Attributes:
        scene: scene id.
        pairs: in the order drawn.
        rejected: how often a draw was rejected, by reason.
    """

    scene: str
    pairs: tuple[EndpointPair, ...]
    rejected: dict[str, int]
