"""Parameters that the trainings of all single systems have."""

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.models.single_system.words_config import WordsConfig
from vln_pipeline.training.config import TrainingConfig
from vln_pipeline.training.sequence_data.config import SequenceDataConfig


class SingleSystemTraining(TrainingConfig):
    """How a single system is trained on whole walks."""

    data: SequenceDataConfig = SequenceDataConfig()
    """What is learned from."""
    words: WordsConfig = WordsConfig()
    """How instructions become numbers; a folder named by ``start_from`` brings its own."""
    depth_weights: str | None = None
    """File of a depth model of DD-PPO that the encoder of depth images starts with."""
    start_from: str | None = None
    """What the training starts with: folder of a network trained here, or file of a published one. None for random
    weights."""


class ActionLossConfig(Config):
    """Weights of the losses of a network that says actions."""

    inflection: float = Field(default=3.2, ge=1)
    """Weight of a step whose action differs from the one before, where others have 1; the first step counts as one.
    3.2 is of R2R-CE, 1.9 of RxR-CE (Krantz et al. 2020)."""
    progress: float = Field(default=1.0, ge=0)
    """Weight of telling the share of the way that is behind (Ma et al. 2019)."""


class ActionTraining(SingleSystemTraining):
    """How a network is trained that says actions."""

    losses: ActionLossConfig = ActionLossConfig()
    """Weights of the losses."""
    rgb_weights: str | None = None
    """File of torchvision's ResNet-50 of ImageNet that the encoder of colour images starts with."""
    embeddings: str | None = None
    """File of embeddings of the words of ``words.vocabulary``, such as VLN-CE's ``embeddings.json.gz``."""
    own_actions: float = Field(default=0.0, ge=0, le=1)
    """Share of the steps at which the network is told what it would have done before, not what was done (scheduled
    sampling, Bengio et al. 2015); 0 is teacher forcing."""
