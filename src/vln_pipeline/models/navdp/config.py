"""Shape of a NavDP network."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config


class VitConfig(Config):
    """Sizes of one image encoder; the defaults are those of DINOv2 ViT-S/14."""

    image_size: int = Field(default=224, gt=0)
    """Edge of the square images, pixels; a multiple of ``patch_size``."""
    patch_size: int = Field(default=14, gt=0)
    """Edge of one image patch, pixels."""
    position_grid: int = Field(default=37, gt=0)
    """Edge of the grid of learned patch positions, patches; resampled where the image has another."""
    width: int = Field(default=384, gt=0)
    """Channels of a token."""
    depth: int = Field(default=12, gt=0)
    """Layers."""
    heads: int = Field(default=6, gt=0)
    """Attention heads."""

    @property
    def patches(self) -> int:
        """Patches, and so tokens, of one image."""
        return (self.image_size // self.patch_size) ** 2


class NavdpConfig(Config):
    """Sizes of the network; the defaults are those of the published NavDP checkpoints, 133.36 M parameters."""

    image_size: int = Field(default=224, gt=0)
    """Edge of the square images, pixels; a multiple of ``patch_size``."""
    patch_size: int = Field(default=14, gt=0)
    """Edge of one image patch, pixels."""
    position_grid: int = Field(default=37, gt=0)
    """Edge of the grid of learned patch positions, patches; resampled where the image has another. DINOv2 was
    pretrained on 37; ``image_size / patch_size`` needs no resampling."""
    vit_dim: int = Field(default=384, gt=0)
    """Width of the image encoders."""
    vit_depth: int = Field(default=12, gt=0)
    """Layers of each image encoder."""
    vit_heads: int = Field(default=6, gt=0)
    """Attention heads of the image encoders."""
    token_dim: int = Field(default=384, gt=0)
    """Width of the decoder."""
    memory_size: int = Field(default=8, gt=0)
    """Images the policy remembers, the current one among them."""
    predict_size: int = Field(default=24, gt=0)
    """Waypoints predicted."""
    queries_per_frame: int = Field(default=16, gt=0)
    """Tokens that each remembered image is compressed to."""
    former_layers: int = Field(default=2, gt=0)
    """Layers of the transformer that compresses image tokens."""
    former_feedforward: int = Field(default=2048, gt=0)
    """Hidden width of that transformer's feed-forward blocks."""
    decoder_depth: int = Field(default=16, gt=0)
    """Layers of the decoder that predicts noise and value."""
    heads: int = Field(default=8, gt=0)
    """Attention heads of the decoder and of the transformer that compresses image tokens."""
    feedforward: int = Field(default=1536, gt=0)
    """Hidden width of the decoder's feed-forward blocks."""
    dropout: float = Field(default=0.1, ge=0, lt=1)
    """Share of activations dropped in training."""
    goals: tuple[Literal["point", "image", "pixel"], ...] = Field(default=("point", "image", "pixel"), min_length=1)
    """Kinds of goal that the network understands, besides none; the others' encoders are left out."""
    pixel_channels: Literal[4, 7] = 4
    """Channels of a pixel goal: RGB and mask, and with 7 the current RGB after them."""
    diffusion_steps: int = Field(default=10, gt=1)
    """Noise levels of the diffusion process."""
    prediction: Literal["epsilon", "sample"] = "epsilon"
    """What the network predicts: the noise that was added, as the published checkpoints do, or the clean actions."""
    freeze_rgb: bool = True
    """Whether the encoder of remembered images keeps the weights it starts with."""

    @model_validator(mode="after")
    def _divisible(self) -> Self:
        for whole, part in (
            ("image_size", "patch_size"),
            ("vit_dim", "vit_heads"),
            ("vit_dim", "heads"),
            ("token_dim", "heads"),
        ):
            if getattr(self, whole) % getattr(self, part):
                raise ValueError(f"{whole} {getattr(self, whole)} is not a multiple of {part} {getattr(self, part)}")
        if len(set(self.goals)) < len(self.goals):
            raise ValueError(f"goals names something twice: {list(self.goals)}")
        if self.token_dim % 2 or self.token_dim < 4:
            raise ValueError(f"token_dim {self.token_dim} is not an even number from 4 on")
        return self

    @property
    def vit(self) -> VitConfig:
        """What all image encoders look like."""
        return VitConfig(
            image_size=self.image_size,
            patch_size=self.patch_size,
            position_grid=self.position_grid,
            width=self.vit_dim,
            depth=self.vit_depth,
            heads=self.vit_heads,
        )
