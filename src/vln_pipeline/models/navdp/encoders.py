"""From images to the tokens that the decoder attends to."""

import torch
from torch import Tensor, nn

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.decoder import Decoder
from vln_pipeline.models.navdp.embeddings import LearnedPositions
from vln_pipeline.models.navdp.vit import VisionTransformer

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


class RgbdEncoder(nn.Module):
    """Remembered images and the current depth map as a few tokens.

    Each image and the depth map go through a vision transformer; learned queries then gather what matters from all
    their tokens.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, config: NavdpConfig) -> None:
        super().__init__()
        width, queries = config.vit_dim, config.memory_size * config.queries_per_frame
        self.rgb_model = VisionTransformer(config.vit, 3).requires_grad_(not config.freeze_rgb)
        self.rgb_model.mask_token.requires_grad_(False)
        self.depth_model = VisionTransformer(config.vit, 3)
        self.former_query = LearnedPositions(queries, width)
        self.former_pe = LearnedPositions((config.memory_size + 1) * config.vit.patches, width)
        self.former_net = Decoder(
            config.former_layers, width, config.heads, config.former_feedforward, config.dropout, "relu", False
        )
        self.project_layer = nn.Linear(width, config.token_dim)
        self.frozen = config.freeze_rgb
        for name, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)

    def rgb_tokens(self, images: Tensor) -> Tensor:
        """Return the (..., patches, vit_dim) tokens of (..., 3, S, S) images in [0, 1]."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            tokens = self.rgb_model((images.flatten(0, -4) - self.mean) / self.std)
        return tokens.unflatten(0, images.shape[:-3])

    def depth_tokens(self, depth: Tensor) -> Tensor:
        """Return the (B, patches, vit_dim) tokens of (B, 1, S, S) depth maps in metres."""
        return self.depth_model(depth.expand(-1, 3, -1, -1))

    def forward(self, rgb_tokens: Tensor, depth_tokens: Tensor) -> Tensor:
        """Gather what matters from all tokens.

        Args:
            rgb_tokens: (B, M, patches, vit_dim), oldest image first.
            depth_tokens: (B, patches, vit_dim).

        Returns:
            (B, M * queries_per_frame, token_dim).
        """
        seen = torch.cat([rgb_tokens.flatten(1, 2), depth_tokens], dim=1) + self.former_pe()
        queries = self.former_query().expand(len(seen), -1, -1)
        return self.project_layer(self.former_net(queries, seen))


class PixelGoalEncoder(nn.Module):
    """A goal marked in an image as one token."""

    def __init__(self, config: NavdpConfig) -> None:
        super().__init__()
        self.pixelgoal_encoder = VisionTransformer(config.vit, config.pixel_channels)
        self.project_layer = nn.Linear(config.vit_dim, config.token_dim)

    def forward(self, marked: Tensor) -> Tensor:
        """Return (B, token_dim) of (B, P, S, S)."""
        return self.project_layer(self.pixelgoal_encoder(marked).mean(dim=1))


class ImageGoalEncoder(nn.Module):
    """The image seen at the goal, together with the current one, as one token."""

    def __init__(self, config: NavdpConfig) -> None:
        super().__init__()
        self.imagegoal_encoder = VisionTransformer(config.vit, 6)
        self.project_layer = nn.Linear(config.vit_dim, config.token_dim)

    def forward(self, images: Tensor) -> Tensor:
        """Return (B, token_dim) of (B, 6, S, S)."""
        return self.project_layer(self.imagegoal_encoder(images).mean(dim=1))
