"""The transformer that denoises moves (Chi et al. 2023), told what the rest of the network makes of the moment."""

import math
from typing import Any

import torch
from torch import Tensor, nn

from vln_pipeline.models.rdp.clip import PATCHES
from vln_pipeline.models.rdp.config import RdpConfig

MOVE = 3
"""Numbers of a move: forward and left, and how far it turns, each in [-1, 1], see ``moves``."""
SEEN = PATCHES + 1
"""Tokens of the images and the state, once they have asked the words."""
HIDDEN = SEEN + 1
"""The first tokens of what the denoiser is told, which guidance hides: the former and the words."""
KINDS = 10


class Denoiser(nn.Module):
    """Tells the noise in moves.

    Args:
        config: its shape.
    """

    later: Tensor

    def __init__(self, config: RdpConfig) -> None:
        super().__init__()
        width, told = config.width, HIDDEN + 2 + config.history
        named: dict[str, Any] = {
            "d_model": width,
            "nhead": width // config.head_width,
            "dim_feedforward": 4 * width,
            "dropout": config.dropout,
            "activation": "gelu",
            "batch_first": True,
            "norm_first": True,
        }
        self.input_emb = nn.Linear(MOVE, width)
        self.pos_emb = nn.Parameter(torch.zeros(1, config.horizon, width))
        self.cond_obs_emb = nn.Linear(width, width)
        self.cond_pos_emb = nn.Parameter(torch.zeros(1, 1 + told, width))
        self.drop = nn.Dropout(config.embedding_dropout)
        self.encoder = nn.TransformerEncoder(
            nn.TransformerEncoderLayer(**named), config.condition_layers, enable_nested_tensor=False
        )
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(**named), config.decoder_layers)
        self.ln_f, self.head = nn.LayerNorm(width), nn.Linear(width, MOVE)
        later = torch.full((config.horizon, config.horizon), -torch.inf).triu(1)
        self.register_buffer("later", later, persistent=False)
        self._width = width
        self._draw()

    def forward(self, moves: Tensor, levels: Tensor, told: Tensor, kinds: Tensor, hidden: Tensor) -> Tensor:
        """Return (N, T, 3) the noise in moves.

        Args:
            moves: (N, T, 3) with noise.
            levels: (N,) int64 of the noise.
            told: (N, K, width) images and state, words, state, odometry, moves back.
            kinds: (K, width) embedding of what each of them is.
            hidden: (N,) bool, whether words and images are hidden.
        """
        time = _waves(levels, self._width)[:, None]
        memory = torch.cat([time, self.cond_obs_emb(told) + kinds], dim=1)
        memory = self.encoder(self.drop(memory + self.cond_pos_emb))
        unseen = torch.zeros(memory.shape[:2], dtype=torch.bool, device=memory.device)
        unseen[:, 1 : 1 + HIDDEN] = hidden[:, None]
        path = self.drop(self.input_emb(moves) + self.pos_emb)
        path = self.decoder(path, memory, tgt_mask=self.later, memory_key_padding_mask=unseen)
        noise: Tensor = self.head(self.ln_f(path))
        return noise

    def _draw(self) -> None:
        for part in self.modules():
            if isinstance(part, nn.Linear):
                nn.init.normal_(part.weight, std=0.02)
                nn.init.zeros_(part.bias)
            elif isinstance(part, nn.MultiheadAttention):
                nn.init.normal_(part.in_proj_weight, std=0.02)
                nn.init.zeros_(part.in_proj_bias)
        for positions in (self.pos_emb, self.cond_pos_emb):
            nn.init.normal_(positions, std=0.02)


def kind_of_each(history: int, device: torch.device) -> Tensor:
    """Return (K,) the kinds of the tokens that the denoiser is told, below ``KINDS``, numbered as published."""
    return torch.tensor([0] * SEEN + [1, 2, 4] + [5] * history, device=device)


def _waves(levels: Tensor, width: int) -> Tensor:
    """Return (N, width) sines and cosines of (N,) levels (Vaswani et al. 2017)."""
    half = width // 2
    rates = torch.exp(torch.arange(half, device=levels.device) * -(math.log(10000) / (half - 1)))
    angles = levels[:, None] * rates
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
