"""Parameters of the agents."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config

Baseline = Literal["shortest_way", "reference_way", "random", "forward_only", "stop_at_once"]
Trained = Literal["dual", "system2_shortest", "system2_straight"]


class DualConfig(Config):
    """How System 2 and what follows its goals take turns."""

    mode: Literal["sync", "partial_async"] = "sync"
    """sync: the robot waits for System 2. partial_async: System 2 thinks in a thread of its own, while System 1 drives
    on along the last plan."""
    lag: int | None = Field(default=4, ge=0)
    """Actions from a question to its answer in partial_async, so that a run can be repeated on any machine; null takes
    the answer as soon as it is there, as a robot does."""
    motion: Literal["discrete", "continuous"] = "discrete"
    """Whether paths become discrete actions or are followed as they are."""
    goal_actions: int = Field(default=8, ge=1)
    """Actions towards a pixel goal before System 2 is asked anew."""
    replan: int = Field(default=4, ge=1)
    """Actions along a path of System 1 before it is asked anew."""
    samples: int = Field(default=32, ge=1)
    """Paths that System 1 samples; their mean is driven."""
    looks: int = Field(default=1, ge=1)
    """How often System 2 may ask to look down in one turn."""
    wordings: int = Field(default=3, ge=1)
    """How often a question is put, in other words each time, before an answer that means nothing ends the episode."""
    idle_limit: int = Field(default=48, ge=1)
    """Actions on the same spot before the agent stops; 24 are a full turn."""
    max_new_tokens: int = Field(default=32, ge=1)
    """Longest answer of System 2, tokens."""


class AgentsConfig(Config):
    """Which agents take part."""

    baselines: tuple[Baseline, ...] = ("shortest_way", "reference_way", "random", "forward_only", "stop_at_once")
    """Agents that learn nothing; the former two are told what only the world knows."""
    trained: tuple[Trained, ...] = ("dual", "system2_straight")
    """dual: every trained System 2 with the System 1 that was trained on its plans. system2_shortest: System 2 alone,
    its goals reached by the shortest way, which only the world knows. system2_straight: straight to its goals."""
    dual: DualConfig = DualConfig()
    """How both systems take turns."""
    device: str = "cpu"
    """Torch device of both systems, for instance "cpu" or "cuda:0"."""

    @model_validator(mode="after")
    def _somebody_drives(self) -> Self:
        names = (*self.baselines, *self.trained)
        if not names:
            raise ValueError("no agent is named")
        if len(set(names)) < len(names):
            raise ValueError(f"an agent is named twice: {sorted(names)}")
        return self
