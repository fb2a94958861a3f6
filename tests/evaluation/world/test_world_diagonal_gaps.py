"""Two blocks whose corners leave a gap along a diagonal."""

import math
from itertools import pairwise

import numpy as np
import pytest

from vln_pipeline.evaluation.world.storey import Storey
from vln_pipeline.planning.distance import signed_distance
from vln_pipeline.planning.navigation_map import FloorMap

CELL, SIZE = 0.05, 80
MIDDLE = SIZE // 2


def storey_with_gap(rows, columns, radius, mirrored=False):
    """Return a room parted by two blocks, the corner of one of them rows and columns away from the other's."""
    blocked = np.zeros((SIZE, SIZE), bool)
    blocked[[0, -1]] = blocked[:, [0, -1]] = True
    blocked[:MIDDLE, MIDDLE:] = True
    blocked[MIDDLE + rows :, : MIDDLE - columns] = True
    blocked = blocked[:, ::-1] if mirrored else blocked
    esdf = signed_distance(blocked, CELL)
    ground = np.where(blocked, np.nan, 0).astype(np.float32)
    rooms = np.zeros(blocked.shape, np.int16)
    return Storey(FloorMap(0, 0.0, CELL, np.zeros(2), esdf, ground, esdf >= radius, rooms), radius, 16)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("rows", "columns", "radius"), [(4, 4, 0.1), (6, 6, 0.18), (4, 7, 0.18), (7, 4, 0.18)])
def test_a_gap_that_the_body_passes_is_one_for_distances(rows, columns, radius, mirrored):
    """A body drove through a gap of 0.283 m that distances called closed, so that its NE was infinite behind it."""
    storey = storey_with_gap(rows, columns, radius, mirrored)
    x = MIDDLE - columns / 2
    centre = np.array([SIZE - x if mirrored else x, MIDDLE + rows / 2]) * CELL
    along = np.array([-rows if mirrored else rows, columns]) / math.hypot(rows, columns)
    start, goal = (np.append(centre + sign * along, 0.0) for sign in (-1, 1))
    assert storey.distance(start, goal) == pytest.approx(2.0, abs=0.15)
    path = storey.path(start, goal)
    touched = [storey.move(a, (b - a)[:2], sliding=False)[1] for a, b in pairwise(path)]
    assert not any(touched)


@pytest.mark.parametrize(("rows", "columns", "radius"), [(3, 3, 0.18), (4, 4, 0.2), (2, 5, 0.2)])
def test_a_gap_too_narrow_for_the_body_stays_closed(rows, columns, radius):
    storey = storey_with_gap(rows, columns, radius)
    assert math.isinf(storey.distance(np.array([1.0, 1.0, 0.0]), np.array([3.0, 3.0, 0.0])))
