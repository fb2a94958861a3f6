import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from vln_pipeline.planning.distance import gradient, signed_distance

CELL = 0.05


def true_distance_to_squares(blocked, points):
    """Distance from (N, 2) (row, column) points to the nearest closed blocked square or the outside, in cells."""
    squares = np.argwhere(np.pad(blocked, 1, constant_values=True)) - 1
    gaps = np.maximum(np.abs(points[:, None] - squares[None]) - 0.5, 0)
    return np.sqrt((gaps**2).sum(axis=-1)).min(axis=1)


def random_mask(seed, share):
    draw = np.random.default_rng(seed)
    return ndimage.binary_dilation(draw.random((30, 40)) < share, iterations=int(draw.integers(0, 3)))


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.floats(0.001, 0.1))
def test_exact_field_is_the_distance_to_the_squares_less_an_eighth_of_a_cell(seed, share):
    blocked = random_mask(seed, share)
    field = signed_distance(blocked, CELL)
    free = np.argwhere(~blocked)
    if len(free):
        truth = true_distance_to_squares(blocked, free) * CELL
        assert np.allclose(field[~blocked], truth - CELL / 8, atol=1e-6)
    assert (field[blocked] < -CELL / 2).all()


@pytest.mark.parametrize("backend", ["edt", "fmm"])
@settings(max_examples=25)
@given(seed=st.integers(0, 10**6), share=st.floats(0.001, 0.1))
def test_neither_backend_over_states_clearance_at_centres_or_between_them(backend, seed, share):
    blocked = random_mask(seed, share)
    field = signed_distance(blocked, CELL, backend)
    points = np.random.default_rng(seed).uniform([0, 0], np.array(blocked.shape) - 1, (300, 2))
    value = ndimage.map_coordinates(field, points.T, order=1)
    truth = true_distance_to_squares(blocked, points) * CELL
    far = value >= 2 * CELL
    assert (value[far] <= truth[far] + 1e-6).all()
    centres = np.argwhere(~blocked)
    if len(centres):
        assert (field[~blocked] <= true_distance_to_squares(blocked, centres) * CELL + 1e-6).all()


@pytest.mark.parametrize("share", [1e-6, 0.0005])
def test_the_field_is_the_same_to_the_bit_however_many_threads_opencv_has(share):
    """A run on one core made other datasets than on two: the last bit of OpenCV's transform depends on its threads, and
    on where an array lies in memory. It came out when a batch job with a core of its own gave another digest."""
    blocked = np.random.default_rng(0).random((700, 640)) < share
    blocked[0, 0] = True
    before = cv2.getNumThreads()
    fields = []
    try:
        for threads in (1, 1, 1, 2, 4):
            cv2.setNumThreads(threads)
            fields.append(signed_distance(blocked, CELL).tobytes())
    finally:
        cv2.setNumThreads(before)
    assert len(set(fields)) == 1


def test_backends_agree_within_a_cell():
    blocked = random_mask(3, 0.01)
    exact, marched = (signed_distance(blocked, CELL, backend) for backend in ("edt", "fmm"))
    assert np.abs(exact - marched).max() < CELL
    assert np.corrcoef(exact.ravel(), marched.ravel())[0, 1] > 0.995


def test_a_grid_without_free_or_without_blocked_cells_is_bounded_by_its_border():
    assert (signed_distance(np.ones((5, 6), dtype=bool), CELL) == -np.inf).all()
    empty = signed_distance(np.zeros((5, 7), dtype=bool), CELL)
    assert empty[2, 3] == pytest.approx((2.5 - 0.125) * CELL)


def test_gradient_points_away_from_a_wall_in_world_axes():
    blocked = np.zeros((40, 60), dtype=bool)
    blocked[:, :3] = True
    slope = gradient(signed_distance(blocked, CELL), CELL)
    assert slope.shape == (40, 60, 2)
    assert np.allclose(slope[20, 10], [1, 0], atol=1e-4)
    blocked = np.zeros((60, 40), dtype=bool)
    blocked[-3:] = True
    assert np.allclose(gradient(signed_distance(blocked, CELL), CELL)[50, 20], [0, -1], atol=1e-4)
