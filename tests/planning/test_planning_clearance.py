import numpy as np
from drawn_floor import floor_of
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.planning.clearance import bilinear, clearance, in_cells, segment_clear

CELL = 0.05
POST = (1.37, 0.93)
COLUMNS, ROWS = np.meshgrid(np.arange(60) * CELL, np.arange(40) * CELL)
ESDF = np.hypot(COLUMNS - POST[0], ROWS - POST[1])
inside = st.floats(0.0, 1.9)


def test_bilinear_is_exact_on_a_plane_and_gives_its_slope():
    plane = 0.3 + 2 * COLUMNS - 0.7 * ROWS
    value, along_x, along_y, _ = bilinear(plane, CELL, 0.913, 1.207)
    np.testing.assert_allclose([value, along_x, along_y], [0.3 + 2 * 0.913 - 0.7 * 1.207, 2, -0.7])


@given(x=inside, y=inside)
def test_clearance_never_overstates_the_distance_to_a_post(x, y):
    truth = np.hypot(x - POST[0], y - POST[1])
    bound = clearance(ESDF, CELL, x, y)
    assert bound <= truth + 1e-12
    if truth > 0.2:
        assert bound > truth - 0.005


@given(ends=st.tuples(inside, inside, inside, inside), radius=st.floats(0.05, 0.4))
def test_a_clear_segment_is_clear_everywhere(ends, radius):
    start, end = np.array(ends[:2]), np.array(ends[2:])
    samples = start + np.linspace(0, 1, 400)[:, None] * (end - start)
    least = np.hypot(*(samples - POST).T).min()
    if segment_clear(ESDF, CELL, start, end, radius, 0.0035):
        assert least >= radius
        assert min(bilinear(ESDF, CELL, x, y)[0] for x, y in samples) >= radius
    else:
        assert least < radius + 0.02


def test_a_point_outside_the_grid_is_in_no_cell():
    floor = floor_of(np.ones((20, 20), dtype=bool))
    assert in_cells(floor.navigable, CELL, np.array([[0.5, 0.5]]))
    assert not in_cells(floor.navigable, CELL, np.array([[0.5, 0.5], [-0.2, 0.5]]))
    assert not in_cells(floor.navigable, CELL, np.array([[0.5, 1.2]]))
