import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from vln_pipeline.training.system2_data.augmentation import (
    augmented,
    autocontrasted,
    brightened,
    posterized,
    saturated,
    sharpened,
)
from vln_pipeline.training.system2_data.config import AugmentationConfig


@pytest.fixture(scope="module")
def picture():
    draw = np.random.default_rng(3)
    small = Image.fromarray(draw.integers(20, 220, (12, 16, 3), dtype=np.uint8))
    return np.asarray(small.resize((64, 48), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("factor", [0.8, 1.2])
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (brightened, ImageEnhance.Brightness),
        (saturated, ImageEnhance.Color),
    ],
)
def test_brightness_and_saturation_are_those_of_pillow(picture, ours, theirs, factor):
    expected = np.asarray(theirs(Image.fromarray(picture)).enhance(factor)).astype(int)
    assert np.abs(ours(picture, factor) - expected).max() <= 2
    assert np.abs(expected - picture).max() > 10


def test_sharpness_is_that_of_pillow_inside_of_the_border(picture):
    expected = np.asarray(ImageEnhance.Sharpness(Image.fromarray(picture)).enhance(1.5)).astype(int)
    assert np.abs(sharpened(picture, 1.5) - expected)[1:-1, 1:-1].max() <= 1
    assert np.abs(expected - picture).max() > 2


@pytest.mark.parametrize("bits", [1, 4, 8])
def test_posterizing_is_that_of_pillow(picture, bits):
    assert np.array_equal(posterized(picture, bits), np.asarray(ImageOps.posterize(Image.fromarray(picture), bits)))


def test_autocontrast_is_that_of_pillow(picture):
    expected = np.asarray(ImageOps.autocontrast(Image.fromarray(picture))).astype(int)
    assert np.abs(autocontrasted(picture) - expected).max() <= 1
    flat = np.full((4, 4, 3), 90, dtype=np.uint8)
    assert np.array_equal(autocontrasted(flat), flat)


def test_the_same_generator_gives_the_same_image_and_another_one_another(picture):
    one, same, other = (augmented(picture, np.random.default_rng(s), AugmentationConfig()) for s in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


def test_as_much_is_drawn_whatever_is_done(picture):
    left = []
    for probability in (0, 1):
        random = np.random.default_rng(5)
        augmented(picture, random, AugmentationConfig(probability=probability))
        left.append(random.random())
    assert left[0] == left[1]


def test_nothing_is_done_where_nothing_is_asked_for(picture):
    calm = AugmentationConfig(brightness=0, saturation=0, probability=0)
    assert np.array_equal(augmented(picture, np.random.default_rng(0), calm), picture)
