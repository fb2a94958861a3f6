"""Swept motion against walls whose distance is known exactly."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.evaluation.world.collide import TOLERANCE, slide, sweep
from vln_pipeline.planning.clearance import bilinear
from vln_pipeline.planning.distance import signed_distance

CELL, RADIUS = 0.05, 0.2
ROWS, COLUMNS = np.mgrid[:80, :80] * CELL
WALL = ROWS.copy()
"""Distance from a wall along y = 0; linear, so interpolation is exact."""
NOOK = np.minimum(ROWS, COLUMNS)
"""Distance from two walls that meet in the origin."""


def cluttered():
    draw = np.random.default_rng(5)
    blocked = np.zeros((80, 80), dtype=bool)
    for row, column, height, width in draw.integers([4, 4, 1, 1], [76, 76, 9, 9], (25, 4)):
        blocked[row : row + height, column : column + width] = True
    return signed_distance(blocked, CELL)


CLUTTER = cluttered()


def at(field, point):
    return bilinear(field, CELL, point[0], point[1])[0]


def test_a_straight_motion_ends_where_the_body_touches():
    free = sweep(WALL, CELL, np.array([1.0, 1.0]), np.array([0.0, -2.0]), RADIUS)
    assert 1.0 - 2.0 * free == pytest.approx(RADIUS, abs=2 * TOLERANCE)


@pytest.mark.parametrize("move", [(0.5, 0.0), (0.3, 0.4), (-0.2, -0.79)])
def test_a_motion_that_keeps_clear_is_not_shortened(move):
    assert sweep(WALL, CELL, np.array([2.0, 1.0]), np.array(move), RADIUS) == 1.0


def test_a_body_at_the_wall_moves_along_it_and_away_without_contact():
    start = np.array([1.0, 1.0])
    touching = start + sweep(WALL, CELL, start, np.array([0.0, -2.0]), RADIUS) * np.array([0.0, -2.0])
    assert sweep(WALL, CELL, touching, np.array([1.0, 0.0]), RADIUS) == 1.0
    assert sweep(WALL, CELL, touching, np.array([0.5, 0.1]), RADIUS) == 1.0
    assert sweep(WALL, CELL, touching, np.array([0.0, -0.1]), RADIUS) < 0.01


def test_a_body_placed_too_near_may_leave_but_not_approach():
    inside = np.array([1.0, 0.1])
    assert sweep(WALL, CELL, inside, np.array([0.0, 0.5]), RADIUS) == 1.0
    assert sweep(WALL, CELL, inside, np.array([0.0, -0.05]), RADIUS) < 0.05


def test_sliding_keeps_what_runs_along_the_wall():
    """0.03 m above contact, 0.1 m at 45 degrees: the whole share along the wall is kept."""
    end, contact = slide(WALL, CELL, np.array([1.0, RADIUS + 0.03]), np.array([0.1, -0.1]), RADIUS)
    assert contact
    np.testing.assert_allclose(end, [1.1, RADIUS], atol=3 * TOLERANCE)


def test_sliding_head_on_goes_nowhere():
    end, contact = slide(WALL, CELL, np.array([1.0, RADIUS]), np.array([0.0, -0.1]), RADIUS)
    assert contact
    np.testing.assert_allclose(end, [1.0, RADIUS], atol=2 * TOLERANCE)


def test_sliding_ends_in_a_nook():
    end, contact = slide(NOOK, CELL, np.array([0.5, 0.25]), np.array([-0.6, -0.3]), RADIUS)
    assert contact
    np.testing.assert_allclose(end, [RADIUS, RADIUS], atol=0.01)


@settings(max_examples=150)
@given(
    st.tuples(st.floats(0.3, 3.6), st.floats(0.3, 3.6)),
    st.tuples(st.floats(-1.5, 1.5), st.floats(-1.5, 1.5)),
)
def test_nothing_enters_an_obstacle_or_is_carried_further_than_it_moved(start, move):
    start, move = np.array(start), np.array(move)
    if at(CLUTTER, start) < RADIUS:
        return
    free = sweep(CLUTTER, CELL, start, move, RADIUS)
    on_the_way = [at(CLUTTER, start + share * free * move) for share in np.linspace(0, 1, 300)]
    assert min(on_the_way) >= RADIUS - TOLERANCE - 1e-3
    assert on_the_way[-1] >= RADIUS - TOLERANCE - 1e-9
    end, contact = slide(CLUTTER, CELL, start, move, RADIUS)
    assert contact == (free < 1)
    assert at(CLUTTER, end) >= RADIUS - TOLERANCE - 1e-9
    assert np.linalg.norm(end - start) <= np.linalg.norm(move) + 1e-3
