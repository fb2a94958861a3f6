import numpy as np

from vln_pipeline.planning.polyline import lengths_along, points_along

CORNER = np.array([[0.0, 0.0, 1.0], [3.0, 0.0, 1.0], [3.0, 4.0, 1.0]])


def test_lengths_are_those_of_the_pieces():
    np.testing.assert_array_equal(lengths_along(CORNER), [0, 3, 7])


def test_points_lie_on_the_pieces_and_at_the_ends_beyond_them():
    points = points_along(CORNER, np.array([-1.0, 1.5, 5.0, 9.0]))
    np.testing.assert_allclose(points, [[0, 0, 1], [1.5, 0, 1], [3, 2, 1], [3, 4, 1]])
