"""Parameters of training RDP."""

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.models.rdp.config import RdpConfig
from vln_pipeline.training.single_system.config import SingleSystemTraining


class RdpLossConfig(Config):
    """Weights of RDP's losses beside that of denoising, which is 1."""

    progress: float = Field(default=1.0, ge=0)
    """Weight of telling the share of the way that is behind."""
    stop: float = Field(default=10.0, ge=0)
    """Weight of telling the share of the steps that are behind, by which it stops."""


class TrainRdpConfig(SingleSystemTraining):
    """How RDP is trained on walks; defaults are the public training's, conf/base has a small network."""

    network: RdpConfig = RdpConfig()
    """The network."""
    losses: RdpLossConfig = RdpLossConfig()
    """Weights of the losses."""
    longclip_weights: str | None = None
    """File of LongCLIP-B weights that the encoders of words and colour images start with; its tokenizer is CLIP's, see
    ``words.tokenizer``."""
    judged_walks: int = Field(default=4, ge=1)
    """Walks of the validation at whose every step actions are predicted and compared."""
