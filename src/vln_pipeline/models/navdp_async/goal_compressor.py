"""From a latent plan to the one token that stands for the goal."""

import torch
from torch import Tensor, nn

from vln_pipeline.models.navdp.embeddings import LearnedPositions
from vln_pipeline.models.navdp_async.config import NavdpAsyncConfig

_UNUSED_POSITIONS = 1000


class GoalCompressor(nn.Module):
    """One learned query looks at the plan's tokens."""

    def __init__(self, config: NavdpAsyncConfig) -> None:
        super().__init__()
        width = config.token_dim
        self.target_embedding = nn.Embedding(1, width)
        # Never used: sinusoids that are part of the published checkpoints.
        self.positional_encoding = _Sinusoids(_UNUSED_POSITIONS, width)
        self.token_positional_encoding = LearnedPositions(config.plan_positions, width)
        self.query_positional_encoding = LearnedPositions(config.plan_positions, width)
        self.cross_attention = nn.MultiheadAttention(width, config.heads, batch_first=True)

    def forward(self, plan: Tensor) -> Tensor:
        """Return (B, 1, token_dim) of (B, plan_queries, token_dim)."""
        plan = plan + self.token_positional_encoding()[: plan.shape[1]]
        query = self.target_embedding.weight + self.query_positional_encoding()[:1]
        goal, _ = self.cross_attention(query.expand(len(plan), -1, -1), plan, plan, need_weights=False)
        return goal


class _Sinusoids(nn.Module):
    def __init__(self, length: int, width: int) -> None:
        super().__init__()
        frequencies = 10_000.0 ** (-torch.arange(0, width, 2) / width)
        angles = torch.arange(length)[:, None] * frequencies
        self.register_buffer("pe", torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1))
