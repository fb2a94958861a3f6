"""Embeddings of places in a sequence and of noise levels."""

import math

import torch
from torch import Tensor, nn


class LearnedPositions(nn.Module):
    """One learned vector per place in a sequence; called without arguments, as nothing else decides them."""

    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        self.position_embedding = nn.Embedding(length, width)

    def forward(self) -> Tensor:
        """Return (length, width)."""
        return self.position_embedding.weight


def time_embedding(steps: Tensor, width: int) -> Tensor:
    """Embed noise levels by sines, then cosines, of geometrically spaced frequencies (Vaswani et al. 2017).

    Args:
        steps: (B,) noise levels.
        width: even number of channels.

    Returns:
        (B, width) float32.
    """
    half = width // 2
    exponents = torch.arange(half, device=steps.device) * (-math.log(10000) / (half - 1))
    phases = steps[:, None].float() * torch.exp(exponents)
    return torch.cat([phases.sin(), phases.cos()], dim=-1)
