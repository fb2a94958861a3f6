"""From the images at planning time and now to a few condition tokens."""

import torch
from torch import Tensor, nn

from vln_pipeline.models.nextdit.config import NextDitConfig

IMAGES = 2
"""The image that System 2 planned on, and the current one."""


class MemoryEncoder(nn.Module):
    """Lets the tokens of both images attend to one another."""

    def __init__(self, config: NextDitConfig) -> None:
        super().__init__()
        width = config.vit.width
        layer = nn.TransformerEncoderLayer(
            width, config.heads, config.feedforward, dropout=config.dropout, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, config.memory_layers, enable_nested_tensor=False)
        self.memory_pos = nn.Parameter(torch.randn(IMAGES * config.vit.patches, width))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape, (B, images * patches, vit_dim)."""
        return self.encoder(tokens + self.memory_pos)


class Resampler(nn.Module):
    """Learned queries gather what matters (Q-Former, Li et al. 2023)."""

    def __init__(self, config: NextDitConfig) -> None:
        super().__init__()
        width = config.condition_dim
        self.query_tokens = nn.Parameter(torch.randn(config.resampler_queries, width))
        self.query_pos = nn.Parameter(torch.randn(config.resampler_queries, width))
        layer = nn.TransformerDecoderLayer(
            width, config.resampler_heads, config.feedforward, dropout=config.dropout, batch_first=True
        )
        self.decoder = nn.TransformerDecoder(layer, config.resampler_layers)
        # Never used: it is part of the published checkpoints.
        self.visual_proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (B, resampler_queries, condition_dim) of (B, images * patches, condition_dim)."""
        queries = self.query_tokens + self.query_pos
        return self.decoder(queries.expand(len(tokens), -1, -1), tokens)
