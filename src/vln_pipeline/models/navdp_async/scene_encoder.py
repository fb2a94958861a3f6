"""From images and depth maps, at planning time and now, to the tokens that the decoder attends to."""

import torch
from torch import Tensor, nn

from vln_pipeline.models.navdp.decoder import Decoder
from vln_pipeline.models.navdp.encoders import IMAGENET_MEAN, IMAGENET_STD
from vln_pipeline.models.navdp.vit import VisionTransformer
from vln_pipeline.models.navdp_async.config import NavdpAsyncConfig

FRAMES = 2
"""The one that System 2 planned on, and the current one."""


class SceneEncoder(nn.Module):
    """Each image and each depth map goes through a vision transformer; learned queries gather what matters."""

    mean: Tensor
    std: Tensor

    def __init__(self, config: NavdpAsyncConfig) -> None:
        super().__init__()
        width = config.vit.width
        self.rgb_model = VisionTransformer(config.vit, 3).requires_grad_(not config.freeze_rgb)
        self.rgb_model.mask_token.requires_grad_(False)
        self.depth_model = VisionTransformer(config.vit, 3)
        self.former_query = nn.Embedding(FRAMES * config.queries_per_frame, width)
        self.former_pe = nn.Embedding(2 * FRAMES * config.vit.patches, width)
        self.former_net = Decoder(
            config.former_layers, width, config.heads, config.former_feedforward, config.dropout, "relu", False
        )
        self.project_layer = nn.Linear(width, config.token_dim)
        self.frozen = config.freeze_rgb
        for name, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)

    def look(self, images: Tensor, depths: Tensor) -> tuple[Tensor, Tensor]:
        """Return (N, patches, vit width) tokens of images, and of depth maps.

        Args:
            images: (N, 3, S, S) in [0, 1].
            depths: (N, S, S) metres.
        """
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            colours = self.rgb_model((images - self.mean) / self.std)
        return colours, self.depth_model(depths[:, None].expand(-1, 3, -1, -1))

    def forward(self, colours: Tensor, depths: Tensor) -> Tensor:
        """Gather what matters from the tokens of images and of depth maps.

        Args:
            colours: (B, 2 patches, vit width) of the image at planning time, then of the current one.
            depths: the same of their depth maps.

        Returns:
            (B, 2 queries_per_frame, token_dim).
        """
        seen = torch.cat([colours, depths], dim=1) + self.former_pe.weight
        return self.project_layer(self.former_net(self.former_query.weight.expand(len(seen), -1, -1), seen))
