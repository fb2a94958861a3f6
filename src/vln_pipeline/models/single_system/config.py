"""Parameters of the encoders that the single systems share; defaults are the references' sizes."""

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config

GRID = 4
"""Cells of an encoded image, along each side."""


@dataclass(frozen=True)
class Shown:
    """How a network is shown what there is.

    Attributes:
        rgb: edge of its colour images, pixels.
        depth: edge of its depth images, pixels.
        reach: depth that it is told as 1, metres.
        words: tokens of an instruction at most.
    """

    rgb: int
    depth: int
    reach: float
    words: int


class RgbConfig(Config):
    """Encoder of colour images: a bottleneck ResNet, ResNet-50 of ImageNet in the references."""

    size: int = Field(default=224, gt=0)
    """Edge of the squares that images are squashed to, pixels."""
    planes: int = Field(default=64, gt=0)
    """Channels after the first convolution; a stage gives four times as many, and the next one twice as many again."""
    blocks: tuple[int, ...] = Field(default=(3, 4, 6, 3), min_length=1, max_length=4)
    """Bottleneck blocks of each stage."""
    norm: Literal["batch", "group"] = "batch"
    """Normalisation after each convolution. Batch statistics are those of the weights' file and never learned."""
    groups: int = Field(default=16, gt=0)
    """Groups of channels of norm "group"."""
    output: int = Field(default=256, gt=0)
    """Width of what is handed on."""
    frozen: bool = True
    """Whether the ResNet keeps the weights it starts with."""


class DepthConfig(Config):
    """Encoder of depth images: the ResNet-50 of DD-PPO (Wijmans et al. 2020) in the references."""

    size: int = Field(default=256, gt=0)
    """Edge of the squares that images are squashed to, pixels."""
    reach: float = Field(default=10.0, gt=0)
    """Depth that is told as 1, metres; so is what is farther, or nothing hit."""
    planes: int = Field(default=32, gt=0)
    """Channels after the first convolution."""
    blocks: tuple[int, ...] = Field(default=(3, 4, 6, 3), min_length=1, max_length=4)
    """Bottleneck blocks of each stage."""
    groups: int = Field(default=16, gt=0)
    """Groups of channels that are normalised together."""
    flat: int = Field(default=2048, gt=0)
    """Numbers that an image is compressed to."""
    output: int = Field(default=128, gt=0)
    """Width of what is handed on."""
    frozen: bool = True
    """Whether the ResNet keeps the weights it starts with."""

    @property
    def grid(self) -> int:
        """Cells of an encoded image, along each side."""
        return self.size // (8 * 2 ** (len(self.blocks) - 1))

    @model_validator(mode="after")
    def _cells_are_left(self) -> Self:
        if self.grid < 1 or self.flat < self.grid**2:
            raise ValueError(f"size {self.size} with {len(self.blocks)} stages leaves no cell of flat {self.flat}")
        return self


class PlacedRgbConfig(RgbConfig):
    """The same where the cells of an image stay apart."""

    positions: int = Field(default=64, gt=0)
    """Width of the learned embedding of a cell's position."""


class PlacedDepthConfig(DepthConfig):
    """The same where the cells of an image stay apart."""

    positions: int = Field(default=64, gt=0)
    """Width of the learned embedding of a cell's position."""


class InstructionConfig(Config):
    """Encoder of words: embeddings (GloVe in the references) and an LSTM."""

    length: int = Field(default=200, gt=0)
    """Tokens at most; longer instructions are cut."""
    embedding: int = Field(default=50, gt=0)
    """Width of a word's embedding."""
    hidden: int = Field(default=128, gt=0)
    """Width of the LSTM, in each direction."""
    frozen: bool = True
    """Whether embeddings keep the values they start with."""
