import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vln_pipeline.filtering.information import CategoryTable, frame_information

CATEGORIES = ("void", "chair", "floor", "sofa", "unknown", "wall")
VOID, CHAIR, FLOOR, SOFA, UNKNOWN, WALL = range(6)
TABLE = CategoryTable.of(CATEGORIES)


def measured(semantic, instance=None, depth=2.0):
    semantic = np.asarray(semantic, np.uint16)
    instance = semantic if instance is None else np.asarray(instance, np.uint16)
    far = np.full(semantic.shape, depth, np.float32)
    return frame_information(semantic, instance, far, TABLE, visible_area=0.01, near_distance=0.4)


def test_one_category_has_no_entropy():
    assert measured(np.full((8, 8), WALL))["entropy"] == 0.0


def test_an_even_mix_of_all_categories_has_entropy_one():
    assert measured([[CHAIR, FLOOR, SOFA, WALL]] * 4)["entropy"] == pytest.approx(1.0)


def test_half_and_half_of_four_categories_is_one_half():
    assert measured([[CHAIR, WALL]] * 8)["entropy"] == pytest.approx(np.log(2) / np.log(4))


def test_void_and_unknown_are_unlabelled_and_carry_no_entropy():
    found = measured([[VOID, UNKNOWN, WALL, WALL]] * 4)
    assert found["unlabelled"] == pytest.approx(0.5)
    assert found["entropy"] == 0.0


def test_structure_is_wall_and_floor_only():
    found = measured([[WALL, FLOOR, CHAIR, SOFA]] * 4)
    assert found["structural"] == pytest.approx(0.5)
    assert found["categories"] == 2


def test_a_category_below_the_visible_area_is_not_in_view():
    semantic = np.full((20, 20), WALL)
    semantic[0, :3] = CHAIR
    assert measured(semantic)["categories"] == 0
    semantic[0, :4] = CHAIR
    assert measured(semantic)["categories"] == 1


def test_the_landmark_is_the_largest_object_not_the_largest_surface():
    found = measured([[WALL] * 6 + [CHAIR, SOFA]] * 8, [[1] * 6 + [2, 3]] * 8)
    assert found["landmark"] == pytest.approx(1 / 8)


def test_two_chairs_are_not_unique_but_a_sofa_beside_them_is():
    assert measured([[CHAIR, CHAIR, WALL, WALL]] * 4, [[1, 2, 3, 3]] * 4)["unique"] == 0
    assert measured([[CHAIR, CHAIR, SOFA, WALL]] * 4, [[1, 2, 4, 3]] * 4)["unique"] == 1


@pytest.mark.parametrize(("depth", "near"), [(0.3, 1.0), (0.5, 0.0), (0.0, 0.0)])
def test_near_surfaces_count_but_no_reading_does_not(depth, near):
    assert measured(np.full((4, 4), WALL), depth=depth)["near"] == near


@given(arrays(np.uint16, (6, 7), elements=st.integers(0, len(CATEGORIES) - 1)))
def test_shares_and_entropy_lie_between_zero_and_one(semantic):
    found = measured(semantic)
    for name in ("entropy", "structural", "unlabelled", "landmark", "near"):
        assert 0 <= found[name] <= 1 + 1e-9
    assert found["landmark"] + found["structural"] + found["unlabelled"] <= 1 + 1e-9
