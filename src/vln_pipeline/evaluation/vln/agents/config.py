"""Parameters of the agents."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.vln.agents.navdp_config import NavdpFollowerConfig
from vln_pipeline.models.streamvln.config import PruningConfig
from vln_pipeline.redaction import url_without_secret

Baseline = Literal["shortest_way", "reference_way", "random", "forward_only", "stop_at_once"]
Single = Literal["seq2seq", "cma", "rdp", "streamvln"]
Trained = Literal["dual", "system2_navdp", "system2_shortest", "system2_straight", "seq2seq", "cma", "rdp", "streamvln"]


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


class ServerConfig(Config):
    """Both systems behind ``/eval_dual``, the HTTP contract of InternNav's server for robots."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    """What the agent is called in results."""
    url: Annotated[str, url_without_secret("use a server that asks for none")] = Field(
        default="http://127.0.0.1:5801", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$"
    )
    """Where the server listens."""
    timeout: float = Field(default=60.0, gt=0)
    """Longest time for an answer, to its last byte, seconds."""
    tilts: bool = True
    """Whether the camera is tilted before the server sees through it; off where the protocol's is tilted already."""
    motion: Literal["discrete", "continuous"] = "discrete"
    """Whether paths become discrete actions or are followed as they are."""
    replan: int = Field(default=1, ge=1)
    """Actions along a path before the server is asked anew."""
    patience: int = Field(default=32, ge=1)
    """Answers one after the other that move nothing before the agent stops."""
    jpeg_quality: int = Field(default=95, ge=1, le=100)
    """Quality of the images sent."""
    lossless: bool = False
    """Whether colour images are sent as PNG rather than JPEG: several times as large, and exactly what was seen."""


class StreamVlnAgentConfig(Config):
    """How StreamVLN is shown the way; what it is asked lies beside its weights."""

    pruning: PruningConfig | None = None
    """Which tokens of its memory are left out, by the depth image; None for none, as released weights were trained."""
    max_new_tokens: int = Field(default=16, ge=1)
    """Longest answer, tokens."""


class AgentsConfig(Config):
    """Which agents take part."""

    baselines: tuple[Baseline, ...] = ("shortest_way", "reference_way", "random", "forward_only", "stop_at_once")
    """Agents that learn nothing; the former two are told what only the world knows."""
    trained: tuple[Trained, ...] = ("dual", "system2_straight")
    """dual: every trained System 2 with the System 1 that was trained on its plans. system2_navdp: every trained System
    2 with every network of the store ``system1``, which drives to its goals. system2_shortest: System 2 alone, its
    goals reached by the shortest way, which only the world knows. system2_straight: straight to its goals. seq2seq,
    cma, rdp, streamvln: every trained network of that kind."""
    draw_actions: bool = False
    """Whether Seq2Seq and CMA draw their actions by their probabilities, as in the evaluation of RxR-CE; otherwise the
    most likely one is taken."""
    dual: DualConfig = DualConfig()
    """How both systems take turns."""
    navdp: NavdpFollowerConfig = NavdpFollowerConfig()
    """How ``system2_navdp`` drives."""
    streamvln: StreamVlnAgentConfig = StreamVlnAgentConfig()
    """How StreamVLN is shown the way."""
    servers: tuple[ServerConfig, ...] = ()
    """Both systems behind InternNav's HTTP contract for robots."""
    device: str = "cpu"
    """Torch device of all networks, for instance "cpu" or "cuda:0"."""

    @property
    def families(self) -> tuple[str, ...]:
        """Names of the agents in the order in which they are reported, all trained ones of a kind as one."""
        return (*self.baselines, *self.trained, *(server.name for server in self.servers))

    @model_validator(mode="after")
    def _somebody_drives(self) -> Self:
        names = self.families
        if not names:
            raise ValueError("no agent is named")
        if len(set(names)) < len(names):
            raise ValueError(f"an agent is named twice: {sorted(names)}")
        return self
