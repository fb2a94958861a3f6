"""Shape of a NextDiT System 1."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.models.navdp.config import VitConfig


class NextDitConfig(Config):
    """Sizes of the network; the defaults are those of InternVLA-N1 DualVLN, 91.4 M trainable parameters."""

    plan_dim: int = Field(default=3584, gt=0)
    """Width of System 2, and so of the latent plan."""
    plan_queries: int = Field(default=4, gt=0)
    """Latent queries, and so tokens of the latent plan."""
    look: bool = True
    """Whether the images at planning time and now condition the path ("async"); without, the plan alone does."""
    predict_size: int = Field(default=32, gt=0)
    """Waypoints predicted."""
    dim: int = Field(default=384, gt=0)
    """Width of the diffusion transformer."""
    depth: int = Field(default=12, gt=0)
    """Layers of the diffusion transformer."""
    heads: int = Field(default=6, gt=0)
    """Attention heads of the diffusion transformer and of the memory encoder."""
    hidden_multiple: int = Field(default=256, gt=0)
    """The hidden width of the feed-forward blocks is 8/3 of ``dim``, rounded up to a multiple of this."""
    condition_dim: int = Field(default=768, gt=0)
    """Width of the condition tokens."""
    vit: VitConfig = VitConfig()
    """The image encoder; half as wide as ``condition_dim``."""
    memory_layers: int = Field(default=3, gt=0)
    """Layers of the memory encoder."""
    resampler_layers: int = Field(default=3, gt=0)
    """Layers of the resampler that compresses the images."""
    resampler_heads: int = Field(default=12, gt=0)
    """Attention heads of the resampler."""
    resampler_queries: int = Field(default=32, gt=0)
    """Tokens that both images are compressed to."""
    feedforward: int = Field(default=2048, gt=0)
    """Hidden width of the feed-forward blocks of memory encoder and resampler."""
    dropout: float = Field(default=0.1, ge=0, lt=1)
    """Share of activations dropped in training by memory encoder and resampler."""

    sampling_steps: int = Field(default=10, gt=0)
    """Evaluations of the network from noise to waypoints."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.dim % self.heads or self.dim // self.heads % 4:
            raise ValueError(f"dim {self.dim} is not a multiple of 4 times heads {self.heads}")
        if self.condition_dim % self.resampler_heads:
            raise ValueError(f"condition_dim {self.condition_dim} is no multiple of its heads {self.resampler_heads}")
        # A condition token of the images is an image token before and after the memory encoder.
        if self.look and self.condition_dim != 2 * self.vit.width:
            raise ValueError(f"condition_dim {self.condition_dim} is not twice vit.width {self.vit.width}")
        return self
