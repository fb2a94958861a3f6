"""Where the floor of a scene is under an episode."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.elevation import elevations
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap


def storey_of(nav: NavigationMap, point: NDArray[np.float64]) -> int:
    """Return the index of the storey whose floor is nearest to a (3,) point in height."""
    return min(nav.floors, key=lambda floor: abs(float(heights(floor, point[None, :2])[0]) - point[2])).index


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
    """Return (L, 4) poses put on the floor of a storey that is no more than ``reach`` away in height.

    Where a storey has no floor under a pose, or all floors are farther away, its height stays.
    """
    nearest = np.full(len(poses), np.inf)
    for floor in nav.floors:
        change = elevations(floor.ground, floor.cell, local(floor, poses), np.inf) - poses[:, 2]
        nearest = np.where(np.abs(change) < np.abs(nearest), change, nearest)
    moved = poses.copy()
    moved[:, 2] += np.where(np.abs(nearest) <= reach, nearest, 0.0)
    return moved
