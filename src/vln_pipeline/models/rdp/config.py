"""Shape of a Recurrent Diffusion Policy; defaults are InternNav's."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.models.single_system.config import PlacedDepthConfig, Shown


class ClipTextConfig(Config):
    """Text transformer of CLIP, with LongCLIP's positions (Zhang et al. 2024); as wide as the network."""

    length: int = Field(default=248, ge=21)
    """Tokens at most; longer instructions are cut."""
    layers: int = Field(default=12, gt=0)
    """Layers."""
    heads: int = Field(default=8, gt=0)
    """Attention heads."""
    frozen: bool = True
    """Whether it keeps the weights it starts with."""


class ClipVisionConfig(Config):
    """Vision transformer of CLIP."""

    size: int = Field(default=224, gt=0)
    """Edge of the squares that images are squashed to, pixels."""
    patch: int = Field(default=16, gt=0)
    """Edge of a patch, pixels."""
    width: int = Field(default=768, gt=0)
    """Width."""
    layers: int = Field(default=12, gt=0)
    """Layers."""
    heads: int = Field(default=12, gt=0)
    """Attention heads."""
    frozen: bool = True
    """Whether it keeps the weights it starts with."""

    @model_validator(mode="after")
    def _quarters_are_whole(self) -> Self:
        if self.size % (2 * self.patch):
            raise ValueError(f"size {self.size} is no multiple of two patches of {self.patch}")
        return self


class RdpConfig(Config):
    """A recurrent state, two cross-modal encoders, and a transformer that denoises short paths."""

    width: int = Field(default=512, gt=0)
    """Width of words, images, state and denoiser."""
    text: ClipTextConfig = ClipTextConfig()
    """Encoder of words."""
    rgb: ClipVisionConfig = ClipVisionConfig()
    """Encoder of colour images."""
    depth: PlacedDepthConfig = PlacedDepthConfig(output=768)
    """Encoder of depth images."""
    env_drop: float = Field(default=0.3, ge=0, lt=1)
    """Share of the colour images' features that are dropped in training."""
    dropout: float = Field(default=0.1, ge=0, lt=1)
    """Dropout of everything else."""
    embedding_dropout: float = Field(default=0.2, ge=0, lt=1)
    """Dropout of what the denoiser is told."""
    memory_width: int = Field(default=64, gt=0)
    """Width of the last move, and of the odometry, as the state is told them."""
    cross_layers: int = Field(default=2, gt=0)
    """Layers of each cross-modal encoder."""
    cross_heads: int = Field(default=8, gt=0)
    """Its attention heads."""
    cross_feedforward: int = Field(default=3072, gt=0)
    """Width of its hidden layers."""
    condition_layers: int = Field(default=1, gt=0)
    """Layers over what the denoiser is told."""
    decoder_layers: int = Field(default=3, gt=0)
    """Layers of the denoiser."""
    head_width: int = Field(default=64, gt=0)
    """Width of its attention heads."""
    history: int = Field(default=4, gt=0)
    """Moves back that it is told."""
    horizon: int = Field(default=8, gt=0)
    """Moves ahead that it predicts."""
    diffusion_steps: int = Field(default=20, gt=0)
    """Levels of noise."""
    guidance: float = Field(default=1.5, gt=0)
    """Weight of words and images when sampling (classifier-free guidance, Ho and Salimans 2022); 1 for none."""
    hidden_share: float = Field(default=0.25, ge=0, lt=1)
    """Share of the steps of training whose words and images are hidden from the denoiser, and of those, drawn anew,
    whose images are black."""
    executed: int = Field(default=4, gt=0)
    """Actions of a predicted path that are carried out before the next is predicted."""
    stop_threshold: float = Field(default=0.85, gt=0, lt=1)
    """Predicted share of the steps behind it beyond which the agent stops."""

    @property
    def shown(self) -> Shown:
        """How it is shown what there is."""
        return Shown(self.rgb.size, self.depth.size, self.depth.reach, self.text.length)

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        parts = {"text.heads": self.text.heads, "cross_heads": self.cross_heads, "head_width": self.head_width}
        for name, value in parts.items():
            if self.width % value:
                raise ValueError(f"width {self.width} is no multiple of {name} {value}")
        if self.width % 32 or self.rgb.width % self.rgb.heads:
            raise ValueError("width is to be a multiple of 32, and rgb.width one of rgb.heads")
        if self.executed > self.horizon:
            raise ValueError(f"executed {self.executed} is more than horizon {self.horizon}")
        return self
