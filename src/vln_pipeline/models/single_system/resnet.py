"""The bottleneck ResNet (He et al. 2015, with the stride in the middle convolution) of colour and of depth images."""

from collections.abc import Callable, Sequence
from typing import Literal

from torch import Tensor, nn
from torch.nn.functional import relu

EXPANSION = 4
"""Channels that a block gives, for each of its planes."""


class BottleneckResNet(nn.Module):
    """A stem and up to four stages; the image's sides are divided by 4, and by 2 more in each stage but the first.

    Batch normalisation uses the statistics that it was given, in training too: batches are the frames of a few walks.

    Args:
        channels: of the image.
        planes: channels after the stem.
        blocks: bottleneck blocks of each stage.
        norm: "batch", as torchvision's ResNet-50 has it, or "group", as DD-PPO's.
        groups: of norm "group".
    """

    def __init__(
        self, channels: int, planes: int, blocks: Sequence[int], norm: Literal["batch", "group"], groups: int
    ) -> None:
        super().__init__()

        def normalised(width: int) -> nn.Module:
            return nn.BatchNorm2d(width) if norm == "batch" else nn.GroupNorm(groups, width)

        stem = nn.Conv2d(channels, planes, 7, stride=2, padding=3, bias=False)
        self.stem = nn.Sequential(stem, normalised(planes), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1))
        stages, width = [], planes
        for number, count in enumerate(blocks):
            inner = planes * 2**number
            strides = [2 if number else 1, *[1] * (count - 1)]
            widths = [width, *[inner * EXPANSION] * (count - 1)]
            made = [Bottleneck(w, inner, s, normalised) for w, s in zip(widths, strides, strict=True)]
            stages.append(nn.Sequential(*made))
            width = inner * EXPANSION
        self.stages = nn.Sequential(*stages)
        self.width = width

    def forward(self, images: Tensor) -> Tensor:
        """Return (N, width, h, w) of (N, channels, H, W)."""
        features: Tensor = self.stages(self.stem(images))
        return features

    def train(self, mode: bool = True) -> "BottleneckResNet":
        """Set the mode of everything but batch statistics, which stay."""
        super().train(mode)
        for part in self.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.eval()
        return self


class Bottleneck(nn.Module):
    """Three convolutions beside a shortcut.

    Args:
        width: channels of the input.
        planes: channels of the middle convolution.
        stride: of the middle convolution.
        normalised: makes the normalisation of so many channels.
    """

    def __init__(self, width: int, planes: int, stride: int, normalised: Callable[[int], nn.Module]) -> None:
        super().__init__()
        given = planes * EXPANSION
        self.convs = nn.Sequential(
            nn.Conv2d(width, planes, 1, bias=False),
            normalised(planes),
            nn.ReLU(),
            nn.Conv2d(planes, planes, 3, stride=stride, padding=1, bias=False),
            normalised(planes),
            nn.ReLU(),
            nn.Conv2d(planes, given, 1, bias=False),
            normalised(given),
        )
        self.downsample: nn.Module | None = None
        if stride != 1 or width != given:
            self.downsample = nn.Sequential(nn.Conv2d(width, given, 1, stride=stride, bias=False), normalised(given))

    def forward(self, x: Tensor) -> Tensor:
        """Return (N, 4 planes, h, w)."""
        shortcut = x if self.downsample is None else self.downsample(x)
        return relu(self.convs(x) + shortcut)
