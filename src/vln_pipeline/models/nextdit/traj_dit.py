"""The diffusion transformer: Lumina-Next (Zhuo et al. 2024) over waypoints instead of image patches."""

from functools import partial

import torch
from diffusers.models.embeddings import (
    LuminaCombinedTimestepCaptionEmbedding,
    LuminaPatchEmbed,
    PixArtAlphaTextProjection,
)
from diffusers.models.normalization import LuminaLayerNormContinuous
from diffusers.models.transformers.lumina_nextdit2d import LuminaNextDiTBlock
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from vln_pipeline.models.nextdit.config import NextDitConfig


class TrajectoryDit(nn.Module):
    """Blocks of diffusers with the parameter names of the published checkpoints, hence the inner ``model``.

    Waypoints know their place from what is added to them before; there is no rotary embedding.
    """

    def __init__(self, config: NextDitConfig) -> None:
        super().__init__()
        self.model = _Layers(config)
        self.recompute = False
        """Whether training keeps no activations of the blocks but computes them again for the gradient."""

    def forward(self, waypoints: Tensor, times: Tensor, condition: Tensor) -> Tensor:
        """Return the (B, T, dim) answer for each waypoint.

        Args:
            waypoints: (B, T, dim) embedded noisy waypoints.
            times: (B,) flow times, 1000 for pure noise to 1.
            condition: (B, C, condition_dim) tokens.
        """
        model = self.model
        condition = model.caption_projection(condition)
        everything = torch.ones(condition.shape[:2], device=condition.device)
        context = model.time_caption_embed(times, condition, everything)
        seen = torch.ones(waypoints.shape[:2], dtype=torch.bool, device=waypoints.device)
        for layer in model.layers:
            call = partial(checkpoint, layer, use_reentrant=False) if self.recompute and self.training else layer
            waypoints = call(waypoints, seen, None, condition, everything.bool(), context, {})
        return model.norm_out(waypoints, context)


class _Layers(nn.Module):
    def __init__(self, config: NextDitConfig) -> None:
        super().__init__()
        width = config.dim
        self.caption_projection = PixArtAlphaTextProjection(config.condition_dim, width)
        # Never used here: it is part of the published checkpoints.
        self.patch_embedder = LuminaPatchEmbed(patch_size=1, in_channels=width, embed_dim=width, bias=True)
        self.time_caption_embed = LuminaCombinedTimestepCaptionEmbedding(width, width)
        self.layers = nn.ModuleList(
            LuminaNextDiTBlock(
                dim=width,
                num_attention_heads=config.heads,
                num_kv_heads=config.heads,
                multiple_of=config.hidden_multiple,
                ffn_dim_multiplier=1.0,
                norm_eps=1e-5,
                qk_norm=True,
                cross_attention_dim=width,
            )
            for _ in range(config.depth)
        )
        self.norm_out = LuminaLayerNormContinuous(
            width, width, elementwise_affine=False, eps=1e-6, bias=True, out_dim=width
        )
