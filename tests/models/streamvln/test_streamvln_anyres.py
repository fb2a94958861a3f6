import numpy as np
import pytest

from vln_pipeline.models.streamvln.anyres import best_grid, in_square, tiles
from vln_pipeline.models.streamvln.config import AnyresConfig


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((384, 384), (1, 1)),
        ((640, 480), (2, 2)),
        ((1000, 300), (3, 1)),
        ((300, 1000), (1, 3)),
        ((2304, 384), (6, 1)),
        ((5000, 5000), (3, 3)),
    ],
)
def test_the_grid_keeps_most_pixels_and_wastes_fewest(size, grid):
    assert best_grid(size, 384, AnyresConfig()) == grid


def test_more_tiles_where_they_are_allowed():
    assert best_grid((5000, 5000), 384, AnyresConfig(most=36)) == (6, 6)


def test_tiles_hold_the_image_in_its_proportions_after_the_whole():
    image = np.full((30, 100, 3), 200, np.uint8)
    image[:, :50] = 60
    made = tiles(image, 50, AnyresConfig())
    assert made.shape == (3, 50, 50, 3)
    assert made[0, :, 10].max() == 60, "the whole image is resized, and nothing of it is black"
    assert (made[1, 10:40] == 60).all()
    assert (made[2, 10:40] == 200).all()
    assert not made[1:, :10].any()
    assert not made[1:, 40:].any()


def test_a_picture_among_others_stands_in_a_grey_square():
    made = in_square(np.full((10, 40, 3), 255, np.uint8), 40)
    assert (made[15:25] == 255).all()
    assert (made[:15] == 127).all()
