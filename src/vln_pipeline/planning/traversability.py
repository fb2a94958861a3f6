"""From one storey's standable places to where the robot's axis may and may not be."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.euclidean import euclidean_distance
from vln_pipeline.planning.floors import Layer
from vln_pipeline.planning.rasterise import VOXEL, Columns, occupied
from vln_pipeline.planning.spans import OPEN

_BUILDING_GAP = 0.6
"""Half the width, metres, of the widest opening that keeps open ground out of a building without ceilings."""
_SURROUND = 0.5
"""Outdoor ground reaches at least this far beyond the building on every side, metres."""
_WALL_BAND = (1.4, 2.25)
"""Heights above the floor, metres, at which walls stand, be it over a window, but little furniture does."""


@dataclass(frozen=True)
class Traversability:
    """One storey, cell by cell.

    Attributes:
        free: (H, W) bool floor with room for the robot's height.
        level: (H, W) int32 level of the floor, continued from the nearest floor where there is none.
        open: (H, W) bool no wall: floor, or something lower than a wall.
        outdoors: (H, W) bool floor that was left out, being ground around the building.
    """

    free: NDArray[np.bool_]
    level: NDArray[np.int32]
    open: NDArray[np.bool_]
    outdoors: NDArray[np.bool_]


def traverse(
    columns: Columns,
    layer: Layer,
    climb: float,
    clearance: int,
    max_hole_area: float,
    max_gap: float,
    outdoors: bool,
) -> Traversability:
    """Close the holes of a storey's floor, cut its edges back and, unless wanted, drop the ground outdoors.

    Args:
        columns: the volume.
        layer: the storey's standable places.
        climb: the robot's largest step, in levels.
        clearance: the robot's height, in levels.
        max_hole_area: largest hole that is closed, square metres.
        max_gap: widest slit that is closed, metres.
        outdoors: whether open ground around the building stays.
    """
    cliff = _cliffs(layer, climb)
    floor = (layer.top >= 0) & ~cliff
    level = continued(np.where(floor, layer.top, -1))
    # A voxel that the largest step ends in is taken for an obstacle where there is no floor: a sill that is too high
    # would else be a gap of the floor, and closed.
    empty = ~floor & ~cliff & ~occupied(columns.solid, level + int(climb), level + clearance)
    floor |= _small(empty, max_hole_area / columns.cell**2)
    floor |= _closed(floor, max_gap / columns.cell) & empty
    missing = empty & ~floor
    ground = _surroundings(floor, missing, layer.ceiling == OPEN, columns.cell) & (not outdoors)
    floor &= ~ground
    low, high = (round(height / VOXEL) for height in _WALL_BAND)
    wall = occupied(columns.solid, level + low, level + high)
    edge = cv2.dilate(missing.astype(np.uint8), np.ones((3, 3), dtype=np.uint8)).astype(bool)
    return Traversability(floor & ~edge, level, (floor | ~wall) & ~missing, ground)


def continued(values: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return a copy of (H, W) values in which every negative one is replaced by the nearest other."""
    known = values >= 0
    if not known.any():
        return values.copy()
    _, label = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    lookup = np.zeros(label.max() + 1, dtype=values.dtype)
    lookup[label[known]] = values[known]
    return lookup[label]


def _cliffs(layer: Layer, climb: float) -> NDArray[np.bool_]:
    """Return the farther side, from the storey's level, of every drop between neighbours that no step takes."""
    floor = layer.top >= 0
    away = np.abs(layer.top - layer.level)
    result = np.zeros_like(floor)
    for here, there in ((np.s_[:, 1:], np.s_[:, :-1]), (np.s_[1:], np.s_[:-1])):
        drop = floor[here] & floor[there] & (np.abs(layer.height[here] - layer.height[there]) > climb)
        result[here] |= drop & (away[here] >= away[there])
        result[there] |= drop & (away[there] >= away[here])
    return result


def _small(empty: NDArray[np.bool_], cells: float) -> NDArray[np.bool_]:
    """Return the 4-connected holes of at most so many cells that do not reach the border of the grid."""
    _, label, stats, _ = cv2.connectedComponentsWithStats(empty.astype(np.uint8), connectivity=4)
    small = stats[:, cv2.CC_STAT_AREA] <= cells
    small[0] = False
    for side in (label[0], label[-1], label[:, 0], label[:, -1]):
        small[side] = False
    return small[label]


def _closed(floor: NDArray[np.bool_], cells: float) -> NDArray[np.bool_]:
    """Return the morphological closing by a disc of so many cells across."""
    radius = int(cells / 2)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    padded = np.pad(floor, radius).astype(np.uint8)
    closed = cv2.morphologyEx(padded, cv2.MORPH_CLOSE, disc).astype(bool)
    return closed[radius : radius + floor.shape[0], radius : radius + floor.shape[1]]


def _surroundings(
    floor: NDArray[np.bool_], missing: NDArray[np.bool_], uncovered: NDArray[np.bool_], cell: float
) -> NDArray[np.bool_]:
    """Return the ground outdoors: under the sky, reached from beyond the grid by a disc too wide for a door.

    It must lie around what is left on all four sides; otherwise the building itself is open, and all of it is floor.
    """
    margin = int(np.ceil(_BUILDING_GAP / cell)) + 2
    passable = np.pad(floor | missing, margin, constant_values=True).astype(np.uint8)
    wide = euclidean_distance(passable) * cell > _BUILDING_GAP
    _, label = cv2.connectedComponents(wide.astype(np.uint8), connectivity=4)
    reached = (label != label[0, 0]).astype(np.uint8)
    near = euclidean_distance(reached) * cell <= _BUILDING_GAP
    ground = near[margin:-margin, margin:-margin] & floor & uncovered
    indoors = floor & ~ground
    if not ground.any() or not indoors.any():
        return np.zeros_like(floor)
    beyond = _SURROUND / cell
    for axis in (0, 1):
        outer, inner = (np.flatnonzero(mask.any(axis=axis)) for mask in (ground, indoors))
        if outer[0] > inner[0] - beyond or outer[-1] < inner[-1] + beyond:
            return np.zeros_like(floor)
    return ground
