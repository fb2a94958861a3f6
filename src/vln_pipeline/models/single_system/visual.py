"""Encoders of colour and of depth images, in two steps: what may be frozen and kept, and what always learns."""

import torch
from torch import Tensor, nn
from torch.nn.functional import adaptive_avg_pool2d, avg_pool2d

from vln_pipeline.models.single_system.config import GRID, DepthConfig, PlacedDepthConfig, PlacedRgbConfig, RgbConfig
from vln_pipeline.models.single_system.resnet import BottleneckResNet


class RgbEncoder(nn.Module):
    """Colour images.

    Args:
        config: its shape; with positions, cells stay apart, and without, all are one vector.
    """

    def __init__(self, config: RgbConfig) -> None:
        super().__init__()
        self.cnn = BottleneckResNet(3, config.planes, config.blocks, config.norm, config.groups)
        self.frozen, self.spatial = config.frozen, isinstance(config, PlacedRgbConfig)
        if isinstance(config, PlacedRgbConfig):
            self.spatial_embeddings = nn.Embedding(GRID**2, config.positions)
            self.width = self.cnn.width + config.positions
        else:
            self.fc = nn.Sequential(nn.Flatten(), nn.Linear(self.cnn.width, config.output), nn.ReLU())
            self.width = config.output
        self.cnn.requires_grad_(not config.frozen)

    def see(self, images: Tensor) -> Tensor:
        """Return (N, C, g, g) of (N, 3, S, S) in [0, 1]: 4 cells a side where they stay apart, else one."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            return adaptive_avg_pool2d(self.cnn(images), GRID if self.spatial else 1)

    def forward(self, seen: Tensor) -> Tensor:
        """Return (N, width, 16) cells, or (N, width), of what ``see`` gives."""
        given: Tensor = _placed(seen, self.spatial_embeddings) if self.spatial else self.fc(seen)
        return given


class DepthEncoder(nn.Module):
    """Depth images.

    Args:
        config: its shape; with positions, cells stay apart, and without, all are one vector.
    """

    def __init__(self, config: DepthConfig) -> None:
        super().__init__()
        cells = config.grid**2
        channels = round(config.flat / cells)
        self.cnn = BottleneckResNet(1, config.planes, config.blocks, "group", config.groups)
        self.compression = nn.Sequential(
            nn.Conv2d(self.cnn.width, channels, 3, padding=1, bias=False), nn.GroupNorm(1, channels), nn.ReLU()
        )
        self.frozen, self.spatial = config.frozen, isinstance(config, PlacedDepthConfig)
        if isinstance(config, PlacedDepthConfig):
            self.spatial_embeddings = nn.Embedding(cells, config.positions)
            self.width, self.cells = channels + config.positions, cells
        else:
            self.visual_fc = nn.Sequential(nn.Flatten(), nn.Linear(channels * cells, config.output), nn.ReLU())
            self.width = config.output
        for part in (self.cnn, self.compression):
            part.requires_grad_(not config.frozen)

    def see(self, images: Tensor) -> Tensor:
        """Return (N, C, g, g) of (N, 1, S, S) in [0, 1], see ``DepthConfig.reach``."""
        with torch.set_grad_enabled(torch.is_grad_enabled() and not self.frozen):
            seen: Tensor = self.compression(self.cnn(avg_pool2d(images, 2)))
            return seen

    def forward(self, seen: Tensor) -> Tensor:
        """Return (N, width, g * g) cells, or (N, width), of what ``see`` gives."""
        given: Tensor = _placed(seen, self.spatial_embeddings) if self.spatial else self.visual_fc(seen)
        return given


def _placed(seen: Tensor, positions: nn.Embedding) -> Tensor:
    """Return (N, C + P, cells) of (N, C, g, g), each cell with the embedding of its position."""
    # Published weights are read so: row by row, as if a row were a cell's neighbours and not its embedding.
    where = positions.weight.reshape(1, -1, positions.num_embeddings).expand(len(seen), -1, -1)
    return torch.cat([seen.flatten(2), where], dim=1)
