"""Shape of a NavDP that follows a latent plan."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.models.navdp.config import VitConfig


class NavdpAsyncConfig(Config):
    """Sizes of the network; the defaults are those of InternVLA-N1 w/ NavDP, 98.8 M parameters, 76.8 M trained."""

    plan_dim: int = Field(default=3584, ge=8)
    """Width of System 2, and so of the latent plan."""
    plan_queries: int = Field(default=4, gt=0)
    """Latent queries, and so tokens of the latent plan."""
    predict_size: int = Field(default=32, gt=0)
    """Waypoints predicted."""
    vit: VitConfig = VitConfig()
    """The encoders of images and of depth maps."""
    token_dim: int = Field(default=384, ge=4)
    """Width of the decoder."""
    queries_per_frame: int = Field(default=16, gt=0)
    """Tokens that each image with its depth map is compressed to."""
    former_layers: int = Field(default=2, gt=0)
    """Layers of the transformer that compresses image tokens."""
    former_feedforward: int = Field(default=2048, gt=0)
    """Hidden width of that transformer's feed-forward blocks."""
    decoder_depth: int = Field(default=16, gt=0)
    """Layers of the decoder that predicts noise."""
    heads: int = Field(default=8, gt=0)
    """Attention heads of everything but the encoders of images."""
    feedforward: int = Field(default=1536, gt=0)
    """Hidden width of the decoder's feed-forward blocks."""
    dropout: float = Field(default=0.1, ge=0, lt=1)
    """Share of activations dropped in training."""
    plan_positions: int = Field(default=5000, gt=0)
    """Length of the tables of positions in a plan, of which the first ``plan_queries`` count."""
    diffusion_steps: int = Field(default=20, gt=1)
    """Noise levels of the diffusion process."""
    freeze_rgb: bool = True
    """Whether the encoder of images keeps the weights it starts with."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for name, width in (("vit.width", self.vit.width), ("token_dim", self.token_dim)):
            if width % self.heads:
                raise ValueError(f"{name} {width} is not a multiple of heads {self.heads}")
        if self.token_dim % 2:
            raise ValueError(f"token_dim {self.token_dim} is odd")
        if self.plan_queries > self.plan_positions:
            raise ValueError(f"plan_queries {self.plan_queries} is more than plan_positions {self.plan_positions}")
        return self
