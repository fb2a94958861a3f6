"""Parameters of training System 1."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.training.config import TrainingConfig
from vln_pipeline.training.navdp_data.config import NavdpDataConfig


class LossConfig(Config):
    """Weights of NavDP's losses."""

    denoising: float = Field(default=0.8, ge=0)
    """Weight of denoising waypoints without and with goals."""
    heading: float = Field(default=1.0, ge=0)
    """Weight of the headings among what is denoised, where x and y have 1. Nobody drives by them, and in walks with
    few frames they turn by so much from one to the next that they drown the rest."""
    critic: float = Field(default=0.2, ge=0)
    """Weight of judging paths."""
    auxiliary_goals: float = Field(default=0.5, ge=0)
    """Weight of reading the goal off the image goal and off the pixel goal."""


class TrainSystem1Config(TrainingConfig):
    """How NavDP is trained on exported walks; defaults are the public training's, conf/base has a small network."""

    network: NavdpConfig = NavdpConfig()
    """The network."""
    data: NavdpDataConfig = NavdpDataConfig()
    """What is learned from."""
    folders: tuple[str, ...] = ()
    """Dataset folders of others to learn from, besides what the export stage made; each is a scene, or holds scenes."""
    losses: LossConfig = LossConfig()
    """Weights of the losses."""
    start_from: str | None = None
    """Folder of a checkpoint whose weights the training starts with; None for random weights."""
    rgb_weights: str | None = None
    """File of Depth-Anything-V2 weights that the encoder of remembered images starts with."""
    cache_rgb_tokens: bool = False
    """Whether what the frozen encoder makes of a frame is kept on disk, by the frame's content and the weights: it is
    a third of a step at full size. Takes 2 bytes a number, 0.2 MB a frame at full size."""

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        if set(self.network.goals) != set(self.data.goals):
            known, drawn = sorted(self.network.goals), sorted(self.data.goals)
            raise ValueError(f"network.goals {known} and data.goals {drawn} are not the same kinds")
        if self.cache_rgb_tokens and not self.network.freeze_rgb:
            raise ValueError("cache_rgb_tokens needs network.freeze_rgb: tokens of an encoder that learns change")
        return self
