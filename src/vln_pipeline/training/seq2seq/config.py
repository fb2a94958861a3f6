"""Parameters of training Seq2Seq."""

from typing import Self

from pydantic import model_validator

from vln_pipeline.models.seq2seq.config import Seq2SeqConfig
from vln_pipeline.training.single_system.config import ActionTraining


class TrainSeq2SeqConfig(ActionTraining):
    """How Seq2Seq is trained on walks; defaults are the public training's, conf/base has a small network."""

    network: Seq2SeqConfig = Seq2SeqConfig()
    """The network."""

    @model_validator(mode="after")
    def _it_is_told_actions(self) -> Self:
        if self.own_actions and not self.network.previous_action:
            raise ValueError("own_actions needs network.previous_action: it is told no action")
        return self
