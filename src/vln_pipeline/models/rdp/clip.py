"""Both transformers of CLIP (Radford et al. 2021), with LongCLIP's positions; small ones learn from random weights."""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

from vln_pipeline.models.rdp.config import ClipTextConfig, ClipVisionConfig

_KEPT_POSITIONS = 20
"""Tokens whose positions are CLIP's own; those behind them have LongCLIP's."""
_MEAN, _DEVIATION = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
_QUARTERS = 4
PATCHES = 1 + _QUARTERS
"""Vectors of an image: one of all of it, and one of each quarter."""


class ClipText(nn.Module):
    """Words, each with those before it.

    Args:
        config: its shape.
        width: of a word.
        vocabulary: numbers that words have.
    """

    def __init__(self, config: ClipTextConfig, width: int, vocabulary: int) -> None:
        super().__init__()
        self.frozen = config.frozen
        self.token_embedding = nn.Embedding(vocabulary, width)
        self.positional_embedding = nn.Parameter(torch.empty(config.length, width).normal_(std=0.01))
        self.positional_embedding_res = nn.Parameter(torch.empty(config.length, width).normal_(std=0.01))
        self.transformer = Transformer(width, config.layers, config.heads)
        self.ln_final = nn.LayerNorm(width)
        nn.init.normal_(self.token_embedding.weight, std=0.02)
        self.requires_grad_(not config.frozen)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return (B, L, width) of (B, L) int64."""
        length = tokens.shape[1]
        kept = torch.arange(length, device=tokens.device)[:, None] < _KEPT_POSITIONS
        positions = torch.where(kept, self.positional_embedding[:length], self.positional_embedding_res[:length])
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            later = torch.full((length, length), -torch.inf, device=tokens.device).triu(1)
            words: Tensor = self.ln_final(self.transformer(self.token_embedding(tokens) + positions, later))
            return words


class ClipVision(nn.Module):
    """Colour images, each as a vector of all of it and one of each quarter.

    Args:
        config: its shape.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: ClipVisionConfig) -> None:
        super().__init__()
        self.frozen, self._side = config.frozen, config.size // config.patch
        scale = config.width**-0.5
        self.conv1 = nn.Conv2d(3, config.width, config.patch, stride=config.patch, bias=False)
        self.class_embedding = nn.Parameter(scale * torch.randn(config.width))
        self.positional_embedding = nn.Parameter(scale * torch.randn(self._side**2 + 1, config.width))
        self.ln_pre = nn.LayerNorm(config.width)
        self.transformer = Transformer(config.width, config.layers, config.heads)
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("deviation", torch.tensor(_DEVIATION)[:, None, None], persistent=False)
        self.requires_grad_(not config.frozen)

    def forward(self, images: Tensor) -> Tensor:
        """Return (N, 5, width) of (N, 3, S, S) in [0, 1]."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            patches = self.conv1((images - self.mean) / self.deviation).flatten(2).transpose(1, 2)
            whole = self.class_embedding.expand(len(images), 1, -1)
            tokens = self.transformer(self.ln_pre(torch.cat([whole, patches], dim=1) + self.positional_embedding))
            grid = tokens[:, 1:].transpose(1, 2).unflatten(2, (self._side, self._side))
            quarters = avg_pool2d(grid, self._side // 2).flatten(2).transpose(1, 2)
            return torch.cat([tokens[:, :1], quarters], dim=1)


class Transformer(nn.Module):
    """Layers with normalisation before attention and before the hidden layer."""

    def __init__(self, width: int, layers: int, heads: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(_Block(width, heads) for _ in range(layers))

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """Return (B, L, width) of the same."""
        for block in self.resblocks:
            tokens = block(tokens, mask)
        return tokens


class _Block(nn.Module):
    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_1, self.ln_2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.ModuleDict({"c_fc": nn.Linear(width, 4 * width), "c_proj": nn.Linear(4 * width, width)})

    def forward(self, tokens: Tensor, mask: Tensor | None) -> Tensor:
        normed = self.ln_1(tokens)
        tokens = tokens + self.attn(normed, normed, normed, need_weights=False, attn_mask=mask)[0]
        hidden = self.mlp["c_fc"](self.ln_2(tokens))
        hidden = hidden * torch.sigmoid(1.702 * hidden)  # CLIP's approximation of GELU
        return tokens + self.mlp["c_proj"](hidden)
