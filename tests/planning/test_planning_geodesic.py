import numpy as np
import pytest
from drawn_floor import floor_of

from vln_pipeline.planning.geodesic import geodesic_distance, geodesic_field


def l_corridor():
    """Two corridors of 1 m width that meet at the lower left; the inner corner is at (2, -1), arms 5 m long."""
    free = np.zeros((100, 100), dtype=bool)
    free[:20, :] = True
    free[:, :20] = True
    return floor_of(free)


def test_length_around_the_corner_of_an_l_corridor():
    floor = l_corridor()
    rows, columns = np.nonzero(floor.navigable)
    inner = floor.to_world(np.stack([rows, columns], axis=1))
    corner = inner[np.argmax(inner.sum(axis=1) - 10 * np.abs(inner[:, 0] - 1 - (inner[:, 1] + 2)))]
    start, goal = np.array([5.5, -1.5]), np.array([1.5, 2.5])
    expected = np.linalg.norm(start - corner) + np.linalg.norm(goal - corner)
    assert geodesic_distance(floor, start, goal) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("start", [(1.9, -1.4), (4.0, -1.0), (3.5, 1.0), (1.633, 2.471)])
def test_open_space_gives_the_straight_line_in_any_direction(start):
    floor = floor_of(np.ones((120, 120), dtype=bool))
    goal = np.array([2.017, -1.021])
    straight = np.linalg.norm(goal - start)
    assert geodesic_distance(floor, np.array(start), goal) == pytest.approx(straight, rel=0.005, abs=0.005)


def test_it_is_symmetric_and_zero_at_the_goal():
    floor = l_corridor()
    a, b = np.array([5.1, -1.62]), np.array([1.43, 2.2])
    assert geodesic_distance(floor, a, b) == pytest.approx(geodesic_distance(floor, b, a), rel=0.01)
    assert geodesic_distance(floor, a, a) == pytest.approx(0.0, abs=0.03)


def test_other_pieces_and_walls_are_infinitely_far():
    free = np.ones((40, 80), dtype=bool)
    free[:, 38:42] = False
    floor = floor_of(free)
    field = geodesic_field(floor, np.array([1.5, -1.0]))
    assert np.isfinite(field[floor.navigable]).all()
    assert np.isinf(field[~floor.navigable]).all()
    other = floor_of(free[:, ::-1])
    assert np.isinf(geodesic_distance(floor, np.array([4.5, -1.0]), np.array([1.5, -1.0])))
    assert np.isinf(geodesic_field(other, np.array([100.0, 100.0]))).all()


def test_no_field_value_is_shorter_than_the_straight_line():
    floor = l_corridor()
    goal = np.array([3.3, -1.5])
    field = geodesic_field(floor, goal)
    rows, columns = np.nonzero(np.isfinite(field))
    straight = np.linalg.norm(floor.to_world(np.stack([rows, columns], axis=1)) - goal, axis=1)
    assert (field[rows, columns] >= straight - 0.25 * floor.cell).all()
