"""Images to patches as the image processor of transformers makes them, several times as fast."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vln_pipeline.models.system2.load import System2Parts
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.models.system2.resizing import resized


def fast_processor(parts: System2Parts) -> Processor:
    """Return the processor of a model; where its images are treated in an unusual way, as slow as it comes."""
    images = parts.image_processor
    bicubic = images.resample == Image.Resampling.BICUBIC
    usual = images.do_resize and bicubic and images.do_rescale and images.do_normalize
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
        deviation = np.asarray(image_processor.image_std, dtype=np.float64)
        self._scale = (image_processor.rescale_factor / deviation).astype(np.float32)
        self._shift = (-np.asarray(image_processor.image_mean) / deviation).astype(np.float32)

    def __call__(self, images: Sequence[NDArray[np.uint8]], return_tensors: str) -> dict[str, Tensor]:  # noqa: ARG002  (theirs)
        """Return "pixel_values", (P, C) float32, and "image_grid_thw", (N, 3) int64 frames, rows, columns of patches.

        Raises:
            ValueError: an image is two hundred times as long as it is wide, or more.
        """
        sizes = [self._target(*image.shape[:2]) for image in images]
        grids = [[1, height // self.patch_size, width // self.patch_size] for height, width in sizes]
        ends = np.cumsum([0, *(rows * columns for _, rows, columns in grids)])
        patches = np.empty((ends[-1], 3, self.temporal_patch_size, self.patch_size**2), dtype=np.float32)
        for image, size, start, end in zip(images, sizes, ends, ends[1:], strict=False):
            self._cut(resized(image, size[::-1]), patches[start:end])
        return {"pixel_values": torch.from_numpy(patches).flatten(1), "image_grid_thw": torch.tensor(grids)}

    def _target(self, height: int, width: int) -> tuple[int, int]:
        """Return the height and width at which an image is shown: whole tokens, within the limits."""
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import smart_resize

        least, most = self.size["shortest_edge"], self.size["longest_edge"]
        factor = self.patch_size * self.merge_size
        shown = smart_resize(height, width, factor=factor, min_pixels=least, max_pixels=most)
        return int(shown[0]), int(shown[1])

    def _cut(self, image: NDArray[np.uint8], patches: NDArray[np.float32]) -> None:
        """Write an image to its (P, 3, frames, edge * edge) patches, those of one token side by side.

        Bytes are put in order before they become floats: they are a quarter of the size, and half as many frames.
        """
        edge, merge = self.patch_size, self.merge_size
        rows, columns = image.shape[0] // (edge * merge), image.shape[1] // (edge * merge)
        squares = image.reshape(rows, merge, edge, columns, merge, edge, 3).transpose(0, 3, 1, 4, 6, 2, 5)
        np.multiply(squares.reshape(-1, 3, 1, edge * edge), self._scale[:, None, None], out=patches)
        patches += self._shift[:, None, None]
