"""Images to patches, several times as fast as the image processor of transformers and with the same numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vln_pipeline.models.system2.load import System2Parts
from vln_pipeline.models.system2.processing import Processor


def fast_processor(parts: System2Parts) -> Processor:
    """Return the processor of a model; where its images are treated in an unusual way, as slow as it comes."""
    images = parts.image_processor
    usual = images.do_resize and images.do_rescale and images.do_normalize
    return Processor(parts.tokenizer, PatchMaker(images) if usual else images, parts.dialogue)


class PatchMaker:
    """Takes the place of an image processor of Qwen2-VL.

    Args:
        image_processor: whose sizes and colours are taken over.

    Attributes:
        size: least and most pixels of an image, "shortest_edge" and "longest_edge".
        patch_size: edge of a patch, pixels.
        temporal_patch_size: times that an image is repeated in a patch.
        merge_size: edge of the square of patches that make one token.
    """

    def __init__(self, image_processor: Any) -> None:
        given = image_processor.size
        self.size = {name: int(given[name]) for name in ("shortest_edge", "longest_edge")}
        self.patch_size = int(image_processor.patch_size)
        self.temporal_patch_size = int(image_processor.temporal_patch_size)
        self.merge_size = int(image_processor.merge_size)
        self._resample = Image.Resampling(int(image_processor.resample))
        deviation = np.asarray(image_processor.image_std, dtype=np.float64)
        self._scale = (image_processor.rescale_factor / deviation).astype(np.float32)
        self._shift = (-np.asarray(image_processor.image_mean) / deviation).astype(np.float32)

    def __call__(self, images: Sequence[Image.Image], return_tensors: str) -> dict[str, Tensor]:  # noqa: ARG002  (theirs)
        """Return "pixel_values", (P, C) float32, and "image_grid_thw", (N, 3) int64 frames, rows, columns of patches.

        Raises:
            ValueError: an image is two hundred times as long as it is wide, or more.
        """
        made = [self._patches(self._resized(image)) for image in images]
        edge = self.patch_size
        grids = [[1, height // edge, width // edge] for height, width in (self._target(image) for image in images)]
        return {"pixel_values": torch.from_numpy(np.concatenate(made)), "image_grid_thw": torch.tensor(grids)}

    def _target(self, image: Image.Image) -> tuple[int, int]:
        """Return the height and width at which an image is shown: whole tokens, within the limits."""
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

        least, most = self.size["shortest_edge"], self.size["longest_edge"]
        factor = self.patch_size * self.merge_size
        height, width = smart_resize(image.height, image.width, factor=factor, min_pixels=least, max_pixels=most)
        return height, width

    def _resized(self, image: Image.Image) -> NDArray[np.uint8]:
        height, width = self._target(image)
        same = image.size == (width, height)
        return np.asarray(image if same else image.resize((width, height), self._resample), dtype=np.uint8)

    def _patches(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (P, 3 * frames * edge * edge) patches of an image, those of one token side by side.

        Bytes are put in order before they become floats: they are a quarter of the size, and half as many frames.
        """
        edge, merge = self.patch_size, self.merge_size
        rows, columns = image.shape[0] // (edge * merge), image.shape[1] // (edge * merge)
        squares = image.reshape(rows, merge, edge, columns, merge, edge, 3).transpose(0, 3, 1, 4, 6, 2, 5)
        ordered = squares.reshape(-1, 3, 1, edge * edge)
        patches = np.empty((len(ordered), 3, self.temporal_patch_size, edge * edge), dtype=np.float32)
        np.multiply(ordered, self._scale[:, None, None], out=patches)
        patches += self._shift[:, None, None]
        return patches.reshape(len(ordered), -1)
