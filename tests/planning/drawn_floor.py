"""Floors drawn by hand, for tests of the walk half of planning."""

import cv2
import numpy as np
from scipy import ndimage

from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap

RADIUS = 0.2


def floor_of(free, cell=0.05, origin=(1.0, -2.0), height=0.0, index=0):
    """Return the FloorMap of an (H, W) bool mask of free cells; everything outside the mask is blocked."""
    padded = np.pad(free, 1).astype(np.uint8)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    outside = cv2.distanceTransform(1 - padded, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    esdf = (np.where(free, inside - 0.5, 0.5 - outside) * cell).astype(np.float32)
    pieces, count = ndimage.label(esdf >= RADIUS)
    sizes = np.bincount(pieces.ravel(), minlength=count + 1)
    sizes[0] = 0
    return FloorMap(
        index=index,
        height=height,
        cell=cell,
        origin=np.array(origin, dtype=np.float64),
        esdf=esdf,
        ground=np.where(free, height, np.nan).astype(np.float32),
        navigable=(pieces == sizes.argmax()) & (pieces > 0),
        room=np.where(free, 0, -1).astype(np.int16),
    )


def two_rooms(cell=0.05):
    """Return the free cells of two 5 x 6 m rooms joined by a 0.9 m door, with a table in each."""
    free = np.ones((round(6 / cell), round(10.1 / cell)), dtype=bool)
    to_cell = lambda metres: round(metres / cell)  # noqa: E731
    free[:, to_cell(5) : to_cell(5.1)] = False
    free[to_cell(2.5) : to_cell(3.4), to_cell(5) : to_cell(5.1)] = True
    free[to_cell(1.5) : to_cell(2.5), to_cell(2) : to_cell(3.5)] = False
    free[to_cell(3.6) : to_cell(4.4), to_cell(7) : to_cell(8.5)] = False
    return free


def house(seed=0, rooms=(3, 4), room=4.0, cell=0.05):
    """Return the free cells of a grid of furnished rooms with 0.9 m doors."""
    rng = np.random.default_rng(seed)
    side = round(room / cell)
    free = np.ones((rooms[0] * side, rooms[1] * side), dtype=bool)
    wall, door = max(1, round(0.1 / cell)), round(0.9 / cell)
    for i in range(1, rooms[0]):
        free[i * side : i * side + wall] = False
    for j in range(1, rooms[1]):
        free[:, j * side : j * side + wall] = False
    for i in range(rooms[0]):
        for j in range(rooms[1]):
            for _ in range(3):
                row, column = rng.integers(side * i, side * (i + 1)), rng.integers(side * j, side * (j + 1))
                free[
                    row : row + round(rng.uniform(0.3, 1) / cell), column : column + round(rng.uniform(0.3, 1) / cell)
                ] = False
    for i in range(rooms[0]):
        for j in range(rooms[1]):
            at = rng.integers(round(0.4 / cell), side - door - round(0.4 / cell), 2)
            ahead = round(0.7 / cell)
            if i:
                free[i * side - ahead : i * side + wall + ahead, j * side + at[0] : j * side + at[0] + door] = True
            if j:
                free[i * side + at[1] : i * side + at[1] + door, j * side - ahead : j * side + wall + ahead] = True
    return free


def map_of(*masks, scene="drawn"):
    """Return the NavigationMap of one floor per mask."""
    floors = tuple(floor_of(free, height=3.0 * i, index=i) for i, free in enumerate(masks))
    return NavigationMap(scene=scene, floors=floors, radius=RADIUS)
