import cv2
import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from vln_pipeline.planning.euclidean import euclidean_distance


@pytest.fixture
def threads():
    """The number of OpenCV's threads is set back afterwards."""
    before = cv2.getNumThreads()
    yield cv2.setNumThreads
    cv2.setNumThreads(before)


def test_distances_are_the_same_with_any_number_of_threads(threads):
    """A run with another number of workers gave distance fields that differed in the last digit.

    What was planned on them differed as well, so an interrupted run had another digest than an undisturbed one.
    """
    away = np.random.default_rng(7).random((400, 500)) > 0.003
    right = np.asarray(distance_transform_edt(away), dtype=np.float32)
    for number in (0, 1, 2, 3):
        threads(number)
        np.testing.assert_array_equal(euclidean_distance(away), right)


def test_distances_beyond_single_precision_are_exact():
    away = np.ones((3, 2400), dtype=np.uint8)
    away[1, 0] = 0
    np.testing.assert_array_equal(euclidean_distance(away), np.asarray(distance_transform_edt(away), dtype=np.float32))


def test_without_a_cell_to_reach_all_is_infinitely_far():
    assert np.isinf(euclidean_distance(np.ones((3, 4), dtype=bool))).all()
