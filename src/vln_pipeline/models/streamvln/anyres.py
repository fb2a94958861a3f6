"""Images of any shape in square tiles (LLaVA-NeXT, "anyres")."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.streamvln.config import AnyresConfig
from vln_pipeline.models.system2.resizing import resized


def tiles(image: NDArray[np.uint8], edge: int, config: AnyresConfig) -> NDArray[np.uint8]:
    """Return (1 + n, edge, edge, 3) uint8: the whole image resized, then its tiles row by row.

    For the tiles the image is scaled, with its proportions, into the middle of the grid that keeps most of its pixels
    and, of several, wastes fewest; the rest is black.

    Args:
        image: (h, w, 3) uint8.
        edge: of a tile, pixels.
        config: which grids there are.
    """
    height, width = image.shape[:2]
    columns, rows = best_grid((width, height), edge, config)
    scale = min(columns * edge / width, rows * edge / height)
    size = (min(math.ceil(width * scale), columns * edge), min(math.ceil(height * scale), rows * edge))
    left, top = (columns * edge - size[0]) // 2, (rows * edge - size[1]) // 2
    filled = cv2.copyMakeBorder(
        resized(image, size),
        top,
        rows * edge - size[1] - top,
        left,
        columns * edge - size[0] - left,
        cv2.BORDER_CONSTANT,
    )
    parts = filled.reshape(rows, edge, columns, edge, 3).swapaxes(1, 2).reshape(-1, edge, edge, 3)
    return np.concatenate([resized(image, (edge, edge))[None], parts]).astype(np.uint8)


def best_grid(size: tuple[int, int], edge: int, config: AnyresConfig) -> tuple[int, int]:
    """Return the columns and rows of tiles for an image.

    Args:
        size: width and height, pixels.
        edge: of a tile, pixels.
        config: which grids there are.
    """
    width, height = size

    def worth(grid: tuple[int, int]) -> tuple[int, int]:
        scale = min(grid[0] * edge / width, grid[1] * edge / height)
        useful = min(int(width * scale) * int(height * scale), width * height)
        return useful, useful - grid[0] * grid[1] * edge**2

    span = range(1, config.grid + 1)
    return max(((c, r) for c in span for r in span if c * r <= config.most), key=worth)


def in_square(image: NDArray[np.uint8], edge: int) -> NDArray[np.uint8]:
    """Return (edge, edge, 3): the image in the middle of a grey square, as one of several images is shown."""
    height, width = image.shape[:2]
    longer = max(height, width)
    square = np.full((longer, longer, 3), 127, np.uint8)
    top, left = (longer - height) // 2, (longer - width) // 2
    square[top : top + height, left : left + width] = image
    return resized(square, (edge, edge))
