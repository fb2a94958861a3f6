"""The image encoder: a DINOv2 vision transformer, with that project's parameter names."""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, interpolate, scaled_dot_product_attention

from vln_pipeline.models.navdp.config import VitConfig

RESAMPLING_OFFSET = 0.1
"""Added to the patch grid's edge before the scale of resampling is taken, as in DINOv2."""


class VisionTransformer(nn.Module):
    """DINOv2 without registers (Oquab et al. 2023): pre-norm blocks with layer scale, a class token, learned positions.

    Args:
        config: sizes.
        channels: of the images.
    """

    def __init__(self, config: VitConfig, channels: int) -> None:
        super().__init__()
        width = config.width
        self.grid = config.image_size // config.patch_size
        self.cls_token = nn.Parameter(torch.empty(1, 1, width))
        self.pos_embed = nn.Parameter(torch.empty(1, 1 + config.position_grid**2, width))
        # Never used here: it stands for hidden patches in DINOv2's own training, and is part of its checkpoints.
        self.mask_token = nn.Parameter(torch.zeros(1, width), requires_grad=False)
        self.patch_embed = PatchEmbedding(channels, width, config.patch_size)
        self.blocks = nn.ModuleList(Block(width, config.heads) for _ in range(config.depth))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        nn.init.normal_(self.cls_token, std=1e-6)
        nn.init.trunc_normal_(self.pos_embed, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                nn.init.zeros_(module.bias)

    def forward(self, images: Tensor) -> Tensor:
        """Return the (B, patches, width) normalised patch tokens of (B, channels, S, S) images."""
        patches = self.patch_embed(images)
        tokens = torch.cat([self.cls_token.expand(len(patches), -1, -1), patches], dim=1) + self.positions()
        for block in self.blocks:
            tokens = block(tokens)
        return self.norm(tokens[:, 1:])

    def positions(self) -> Tensor:
        """Return the (1, 1 + patches, width) positions, resampled to the grid of the images."""
        count, width = self.pos_embed.shape[1:]
        pretrained = round((count - 1) ** 0.5)
        if pretrained == self.grid:
            return self.pos_embed
        square = self.pos_embed[:, 1:].reshape(1, pretrained, pretrained, width).movedim(-1, 1)
        scale = (self.grid + RESAMPLING_OFFSET) / pretrained
        square = interpolate(square.float(), scale_factor=(scale, scale), mode="bicubic").to(square.dtype)
        return torch.cat([self.pos_embed[:, :1], square.movedim(1, -1).flatten(1, 2)], dim=1)


class PatchEmbedding(nn.Module):
    """One token per square of pixels."""

    def __init__(self, channels: int, width: int, patch: int) -> None:
        super().__init__()
        self.proj = nn.Conv2d(channels, width, patch, stride=patch)

    def forward(self, images: Tensor) -> Tensor:
        """Return (B, patches, width), row by row."""
        return self.proj(images).flatten(2).mT


class Block(nn.Module):
    """One layer: attention, then a feed-forward block, each scaled per channel."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.ls1 = LayerScale(width)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.mlp = FeedForward(width, 4 * width)
        self.ls2 = LayerScale(width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        return tokens + self.ls2(self.mlp(self.norm2(tokens)))


class Attention(nn.Module):
    """Multi-head self-attention."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        query, key, value = self.qkv(tokens).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        mixed = scaled_dot_product_attention(query, key, value)
        return self.proj(mixed.transpose(1, 2).flatten(2))


class FeedForward(nn.Module):
    """Two linear maps with GELU between them."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(width, hidden)
        self.fc2 = nn.Linear(hidden, width)

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        return self.fc2(gelu(self.fc1(tokens)))


class LayerScale(nn.Module):
    """A learned factor per channel."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(width))

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        return tokens * self.gamma
