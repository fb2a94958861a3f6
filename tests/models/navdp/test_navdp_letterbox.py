import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.models.navdp.letterbox import letterbox_depth, letterbox_mask, letterbox_rgb


@pytest.mark.parametrize(
    ("height", "width", "rows", "columns"),
    [(480, 640, 168, 224), (270, 480, 126, 224), (640, 360, 224, 126), (224, 224, 224, 224), (112, 56, 224, 112)],
)
def test_the_longer_side_fills_and_the_rest_is_black_on_both_sides(height, width, rows, columns):
    square = letterbox_rgb(np.full((height, width, 3), 200, np.uint8), 224)
    assert square.shape == (224, 224, 3)
    assert square.dtype == np.uint8
    top, left = (224 - rows) // 2, (224 - columns) // 2
    assert (square[top : 224 - top, left : 224 - left] == 200).all()
    assert square.sum() == 200 * 3 * rows * columns


@settings(max_examples=40)
@given(st.integers(2, 300), st.integers(2, 300), st.integers(1, 16).map(lambda n: 14 * n))
def test_any_image_becomes_a_square(height, width, size):
    if min(height, width) * size < max(height, width):
        return
    assert letterbox_rgb(np.zeros((height, width, 3), np.uint8), size).shape == (size, size, 3)
    assert letterbox_depth(np.ones((height, width), np.float32), size).shape == (size, size)


def test_an_image_of_the_right_size_stays_as_it_is():
    image = np.random.default_rng(0).integers(0, 256, (56, 56, 3), dtype=np.uint8)
    assert np.array_equal(letterbox_rgb(image, 56), image)


def test_depth_out_of_range_or_not_a_number_is_not_measured():
    depth = np.array([[0.05, 0.1, 5.0], [5.01, np.inf, np.nan], [0.0, -1.0, 2.5]], np.float32)
    expected = [[0, 0.1, 5], [0, 0, 0], [0, 0, 2.5]]
    assert letterbox_depth(depth, 3).tolist() == np.float32(expected).tolist()
    assert np.isnan(depth[1, 2])


def test_depth_is_interpolated_between_pixels():
    depth = np.tile(np.linspace(1, 3, 56, dtype=np.float32), (56, 1))
    square = letterbox_depth(depth, 28)
    assert square[5].tolist() == pytest.approx(((depth[0, 0::2] + depth[0, 1::2]) / 2).tolist())


def test_a_mask_keeps_its_values():
    mask = np.zeros((480, 640), np.uint8)
    mask[100:120, 300:320] = 255
    square = letterbox_mask(mask, 224)
    assert set(np.unique(square)) == {0, 255}
    rows, columns = np.nonzero(square)
    assert rows.mean() == pytest.approx(28 + 109.5 * 0.35, abs=0.5)
    assert columns.mean() == pytest.approx(309.5 * 0.35, abs=0.5)
