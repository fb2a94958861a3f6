"""Parameters of the examination of System 2."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config


class ExamineSystem2Config(Config):
    """What a trained System 2 is asked: samples of the scenes that its training held out."""

    samples: int = Field(default=400, gt=0)
    """Samples that it answers, drawn from those of the scenes held out; all of them where there are fewer."""
    weights: Literal["best", "last"] = "best"
    """Which weights answer: those of the smallest validation loss, or those after the last step."""
    longest_answer: int = Field(default=32, gt=0)
    """Tokens of an answer at most."""
