import numpy as np
import pytest
import torch

from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.training.system2_data.patches import PatchMaker, fast_processor


@pytest.mark.parametrize("size", [(28, 28), (384, 384), (640, 480), (100, 57), (20, 20), (900, 900)])
def test_numbers_are_those_of_the_image_processor(parts, size):
    Processor(parts.tokenizer, parts.image_processor, parts.dialogue)  # sets the limits on pixels
    draw = np.random.default_rng(1)
    images = [draw.integers(0, 256, (*size[::-1], 3), dtype=np.uint8) for _ in range(2)]
    theirs = parts.image_processor(images=images, return_tensors="pt")
    ours = PatchMaker(parts.image_processor)(images=images, return_tensors="pt")
    assert torch.equal(ours["image_grid_thw"], theirs["image_grid_thw"])
    assert ours["pixel_values"].dtype == theirs["pixel_values"].dtype == torch.float32
    apart = (ours["pixel_values"] - theirs["pixel_values"]).abs().unflatten(1, (3, -1))
    levels = 255 * torch.tensor(parts.image_processor.image_std)[:, None] * apart
    assert levels.max() < 2.001
    assert levels.mean() < 0.1


def test_an_image_out_of_all_proportion_is_refused(parts):
    with pytest.raises(ValueError, match="aspect ratio"):
        PatchMaker(parts.image_processor)(images=[np.zeros((10, 3000, 3), np.uint8)], return_tensors="pt")


def test_unusual_treatment_is_left_to_the_image_processor(parts, monkeypatch):
    assert isinstance(fast_processor(parts).image_processor, PatchMaker)
    monkeypatch.setattr(parts.image_processor, "do_normalize", False)
    assert fast_processor(parts).image_processor is parts.image_processor
