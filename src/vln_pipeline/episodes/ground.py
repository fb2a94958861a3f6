"""Where the floor of a scene is under an episode."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.clearance import clearances
from vln_pipeline.planning.elevation import elevations
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap

_ON = 0.3
"""A point lies on a floor that is no farther above or below it, metres."""


def storey_of(nav: NavigationMap, point: NDArray[np.float64]) -> int:
    """Return the index of the storey whose floor is nearest to a (3,) point in height."""
    return min(nav.floors, key=lambda floor: abs(float(heights(floor, point[None, :2])[0]) - point[2])).index


def map_of(nav: NavigationMap, points: NDArray[np.float64]) -> FloorMap:
    """Return the map of a storey or a flight on which most of (N, >= 3) points lie; the first of equal ones."""
    return nav.maps[int(np.argmax([np.isfinite(row).sum() for row in _clearance_on(nav, points)]))]


def clearance_along(nav: NavigationMap, points: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the (N,) clearance at (N, >= 3) points, metres: on the map with the most room of those that they lie on.

    Points on no map have that of the storey whose floor is nearest to the first of all.
    """
    best = _clearance_on(nav, points).max(axis=0)
    floor = nav.floors[storey_of(nav, points[0, :3])]
    otherwise = clearances(floor.esdf, floor.cell, local(floor, points))
    return np.where(np.isfinite(best), best, otherwise).astype(np.float32)


def _clearance_on(nav: NavigationMap, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (M, N) the clearance of each point on each map, -inf where it does not lie on it."""
    rows = []
    for floor in nav.maps:
        height = elevations(floor.ground, floor.cell, local(floor, points), np.inf)
        there = np.abs(height - points[:, 2]) <= _ON
        rows.append(np.where(there, clearances(floor.esdf, floor.cell, local(floor, points)), -np.inf))
    return np.array(rows)


def local(floor: FloorMap, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (N, 2) positions in a floor's local frame, from the centre of its cell (0, 0), of (N, >= 2) world ones."""
    return points[:, :2] - floor.origin - 0.5 * floor.cell


def heights(floor: FloorMap, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (N,) height of the floor at (N, 2) world xy, metres; the storey's own where it has none there."""
    return elevations(floor.ground, floor.cell, local(floor, xy), floor.height)


def has_floor(nav: NavigationMap, point: NDArray[np.float64], reach: float) -> bool:
    """Tell whether some storey has floor at a (3,) point, no more than ``reach`` metres above or below it."""
    for floor in nav.floors:
        row, column = np.floor(floor.to_cell(point[:2]) + 0.5).astype(int)
        if not (0 <= row < floor.ground.shape[0] and 0 <= column < floor.ground.shape[1]):
            continue
        if abs(float(floor.ground[row, column]) - point[2]) <= reach:
            return True
    return False


def grounded(nav: NavigationMap, poses: NDArray[np.float64], reach: float) -> NDArray[np.float64]:
    """Return (L, 4) poses put on the floor of a storey or a flight that is no more than ``reach`` away in height.

    Where a storey has no floor under a pose, or all floors are farther away, its height stays.
    """
    nearest = np.full(len(poses), np.inf)
    for floor in nav.maps:
        change = elevations(floor.ground, floor.cell, local(floor, poses), np.inf) - poses[:, 2]
        nearest = np.where(np.abs(change) < np.abs(nearest), change, nearest)
    moved = poses.copy()
    moved[:, 2] += np.where(np.abs(nearest) <= reach, nearest, 0.0)
    return moved
