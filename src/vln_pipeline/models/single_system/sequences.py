"""Frames of several walks, one after the other, and the same in rows of one walk each."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence


def in_rows(values: Tensor, lengths: Sequence[int]) -> Tensor:
    """Return (B, T, ...) of (N, ...): a row for each walk, filled up with 0 behind the shorter ones.

    Args:
        values: of all frames, walk by walk.
        lengths: frames of each walk; N together.
    """
    return pad_sequence(list(values.split(list(lengths))), batch_first=True)


def out_of_rows(rows: Tensor, lengths: Sequence[int]) -> Tensor:
    """Return (N, ...) of (B, T, ...), without what was filled up."""
    return torch.cat([row[:length] for row, length in zip(rows, lengths, strict=True)])
