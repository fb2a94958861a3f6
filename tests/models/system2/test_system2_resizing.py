import numpy as np
import pytest
from PIL import Image

from vln_pipeline.models.system2.resizing import resized


@pytest.mark.parametrize(
    ("size", "new"),
    [
        ((640, 480), (384, 384)),
        ((384, 384), (392, 392)),
        ((640, 480), (644, 476)),
        ((640, 480), (640, 500)),
        ((100, 57), (112, 56)),
        ((57, 100), (56, 112)),
    ],
)
def test_values_are_those_of_pillow(size, new):
    image = np.random.default_rng(3).integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
    theirs = np.asarray(Image.fromarray(image).resize(new, Image.Resampling.BICUBIC)).astype(int)
    difference = np.abs(resized(image, new) - theirs)
    assert difference.max() <= 2
    assert difference.mean() < 0.1


def test_an_image_of_that_size_stays_as_it_is():
    image = np.zeros((4, 5, 3), np.uint8)
    assert resized(image, (5, 4)) is image


def test_images_that_cannot_be_written_to_are_taken_too():
    image = np.full((40, 50, 3), 7, np.uint8)
    image.flags.writeable = False
    assert (resized(image, (20, 20)) == 7).all()
