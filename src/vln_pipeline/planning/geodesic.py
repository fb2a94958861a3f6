"""Length of the shortest collision-free path, by fast marching."""

import cv2
import numpy as np
import skfmm
from numpy.typing import NDArray

from vln_pipeline.planning.navigation_map import FloorMap

_SOURCE = 3.0
"""Radius, in cells, of the disc around a goal that starts with the straight-line distance; marching from a smaller one
errs by several times as much. Less than the robot's diameter, so no wall runs through it."""


def geodesic_field(floor: FloorMap, goal: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the (H, W) length of the shortest path from each cell's centre to a goal, metres.

    Solves the eikonal equation over the navigable cells by second-order fast marching (``skfmm.travel_time``), which
    measures lengths of any direction, unlike a search over grid neighbours. Infinite where no path exists.

    Args:
        floor: the storey.
        goal: (2,) world xy, metres.
    """
    height, width = floor.navigable.shape
    result = np.full((height, width), np.inf, dtype=np.float32)
    row, column = floor.to_cell(np.asarray(goal, dtype=np.float64))
    straight = np.hypot(np.arange(height)[:, None] - row, np.arange(width)[None, :] - column)
    source = floor.navigable & (straight <= _SOURCE)
    if not source.any():
        return result
    _, label = cv2.connectedComponents(floor.navigable.astype(np.uint8), connectivity=4)
    reachable = np.isin(label, np.unique(label[source]))
    phi = np.ma.MaskedArray(straight - _SOURCE, ~reachable)
    beyond = reachable & ~source
    if beyond.any():
        time = skfmm.travel_time(phi, np.ones_like(straight), order=2)
        result[beyond] = (np.ma.filled(time, np.inf)[beyond] + _SOURCE) * floor.cell
    result[source] = straight[source] * floor.cell
    return result


def geodesic_distance(floor: FloorMap, start: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
    """Return the length of the shortest path between two points of a storey, metres; infinite where none exists."""
    return sample_field(floor, geodesic_field(floor, goal), start)


def sample_field(floor: FloorMap, field: NDArray[np.float32], point: NDArray[np.float64]) -> float:
    """Return a geodesic field's value at (2,) world xy, metres.

    Bilinear where all four cells around the point are reachable, else over the nearest reachable one of them.
    """
    position = floor.to_cell(np.asarray(point, dtype=np.float64))
    corner = np.clip(np.floor(position).astype(int), 0, np.array(field.shape) - 2)
    values = field[corner[0] : corner[0] + 2, corner[1] : corner[1] + 2].astype(np.float64)
    v, u = np.clip(position - corner, 0, 1)
    if np.isfinite(values).all():
        return float(np.array([1 - v, v]) @ values @ np.array([1 - u, u]))
    away = np.hypot(np.array([[v], [1 - v]]), np.array([[u, 1 - u]])) * floor.cell
    return float((values + away).min())
