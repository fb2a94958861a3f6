"""The way through a route's points for a body that is wider than the one they were recorded with."""

import math
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.embodiments.rewalk_config import RewalkConfig
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.polyline import evenly_along, lengths_along

_RING = 0.05
"""Distance between rings of places that are tried, metres."""
_ON_RING = 16
"""Places on each."""
_SPACING = 0.05
"""Largest distance between points of the way, metres."""
_CLIMB = (1.0, 1.0, 0.5, 0.5, 0.25, 0.25)
"""Steps of a point on its way off an obstacle, as shares of what it lacks."""
_PROBES = 0.02 * np.eye(2, 3)
"""Offsets at which the slope of the clearance is measured, metres."""


class Blocked(StrEnum):
    """Why there is no way for a body."""

    START = "start_in_obstacle"
    GOAL = "goal_in_obstacle"


def passable_way(world: World, points: NDArray[np.float64], config: RewalkConfig) -> NDArray[np.float64] | Blocked:
    """Return the (W, 3) way that visits all points by shortest ways, densely sampled, or why there is none.

    Shortest ways graze corners, where a body that does not act exactly gets caught; the way is moved off them.

    A point where the body does not fit, or that it cannot get to, is moved to the nearest place that it can; a point
    without such a place is left out, unless it is the first or the last.

    Args:
        world: with the scene loaded and the body's radius.
        points: (R, 3) at least two points on the ground, world, metres.
        config: how far points are moved.
    """
    reach = config.reach
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
    return _spaced(_moved_off(world, _spaced(np.concatenate(way)), world.body.radius + config.margin))


def _fits(world: World, place: NDArray[np.float64]) -> bool:
    return world.clearance(place) >= world.body.radius


def _around(point: NDArray[np.float64], reach: float) -> list[NDArray[np.float64]]:
    """Return (3,) places from near to far, the point itself first."""
    radii = _RING * np.arange(1, round(reach / _RING) + 1)
    angles = 2 * math.pi / _ON_RING * np.arange(_ON_RING)
    ring = np.column_stack([np.cos(angles), np.sin(angles), np.zeros(_ON_RING)])
    return [point, *(point + radius * offset for radius in radii for offset in ring)]


def _moved_off(world: World, way: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    """Return a way whose inner points have climbed the clearance field until they have as much as is wanted.

    In passages too narrow for that they end near the middle: steps grow shorter, so that they settle there.
    """
    moved = way.copy()
    for place in moved[1:-1]:
        for share in _CLIMB:
            lacking = wanted - world.clearance(place)
            if lacking <= 0:
                break
            slope = np.array([world.clearance(place + d) - world.clearance(place - d) for d in _PROBES])
            if not slope.any():
                break
            place[:2] += share * lacking * slope / np.linalg.norm(slope)
    return moved


def _spaced(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    length = lengths_along(corners)[-1]
    return evenly_along(corners, 1 + math.ceil(length / _SPACING))
