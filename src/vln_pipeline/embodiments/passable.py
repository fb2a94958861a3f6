"""The way through a route's points for a body that is wider than the one they were recorded with."""

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.world import World

_RING = 0.05
"""Distance between rings of places that are tried, metres."""
_ON_RING = 16
"""Places on each."""
_SPACING = 0.05
"""Largest distance between points of the way, metres."""


class Blocked(StrEnum):
    """Why there is no way for a body."""

    START = "start_in_obstacle"
    GOAL = "goal_in_obstacle"


def passable_way(world: World, points: NDArray[np.float64], reach: float) -> NDArray[np.float64] | Blocked:
    """Return the (W, 3) way that visits all points by shortest ways, densely sampled, or why there is none.

    A point where the body does not fit, or that it cannot get to, is moved to the nearest place that it can; a point
    without such a place is left out, unless it is the first or the last.

    Args:
        world: with the scene loaded and the body's radius.
        points: (R, 3) at least two points on the ground, world, metres.
        reach: farthest that a point is moved, metres.
    """
    start = next((place for place in _around(points[0], reach) if _fits(world, place)), None)
    if start is None:
        return Blocked.START
    # Files have the height of a navigation mesh; a step of no length ends on the floor.
    here = world.step(start, np.zeros(2)).position
    way = [here[None]]
    for number, point in enumerate(points[1:], 2):
        # Distances to one goal are cheap, so the way is asked for from the new point back to the last one.
        places = (place for place in _around(point, reach) if _fits(world, place))
        place = next((place for place in places if np.isfinite(world.distance(place, here))), None)
        if place is None and number == len(points):
            return Blocked.GOAL
        if place is not None:
            back = world.shortest_path(place, here)
            if len(back) > 1:
                way.append(back[-2::-1])
                here = place
    return _spaced(np.concatenate(way))


def _fits(world: World, place: NDArray[np.float64]) -> bool:
    return world.clearance(place) >= world.body.radius


def _around(point: NDArray[np.float64], reach: float) -> list[NDArray[np.float64]]:
    """Return (3,) places from near to far, the point itself first."""
    radii = _RING * np.arange(1, round(reach / _RING) + 1)
    angles = 2 * math.pi / _ON_RING * np.arange(_ON_RING)
    ring = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(_ON_RING)])
    return [point, *(point + radius * offset for radius in radii for offset in ring)]


def _spaced(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))])
    wanted = np.linspace(0.0, along[-1], 1 + math.ceil(along[-1] / _SPACING))
    return np.column_stack([np.interp(wanted, along, corners[:, axis]) for axis in range(3)])
