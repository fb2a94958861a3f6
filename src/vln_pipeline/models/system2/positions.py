"""Positions of tokens for M-RoPE, the rotary embedding of Qwen2.5-VL."""

from collections.abc import Sequence

import torch
from torch import Tensor


def rope_positions(input_ids: Tensor, image_grid: Tensor, image_token: int, merge: int) -> Tensor:
    """Return (3, L) positions in time, height and width (Wang et al. 2024, Qwen2-VL, section 2.1).

    A text token has the same position on all three axes. An image lies at one instant; its tokens are numbered by row
    and column from there, and the text goes on after the largest number.

    Args:
        input_ids: (L,) tokens.
        image_grid: (N, 3) frames, rows and columns of the patches of each image.
        image_token: the token that stands for merged patches.
        merge: edge of the square of patches that make one token.
    """
    runs: list[Tensor] = []
    start = 0
    grids = iter(image_grid.tolist())
    for is_image, length in _runs((input_ids == image_token).tolist()):
        left = length
        while left:
            if is_image:
                _, height, width = next(grids)
                rows, columns = height // merge, width // merge
                place = torch.arange(rows * columns)
                axes = torch.stack([torch.zeros_like(place), place // columns, place % columns])
                runs.append(axes + start)
                start += max(rows, columns)
                left -= rows * columns
            else:
                runs.append((torch.arange(left) + start).expand(3, -1))
                start += left
                left = 0
    return torch.cat(runs, dim=1) if runs else torch.zeros(3, 0, dtype=torch.int64)


def following(positions: Tensor, count: int) -> Tensor:
    """Return the (3, count) positions of text that follows (3, L) positions."""
    return (torch.arange(count) + int(positions.max()) + 1).expand(3, -1)


def _runs(flags: Sequence[bool]) -> list[tuple[bool, int]]:
    """Return values and lengths of runs of equal values."""
    runs: list[tuple[bool, int]] = []
    for flag in flags:
        if runs and runs[-1][0] == flag:
            runs[-1] = (flag, runs[-1][1] + 1)
        else:
            runs.append((flag, 1))
    return runs
