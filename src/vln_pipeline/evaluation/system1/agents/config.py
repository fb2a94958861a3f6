"""Parameters of the agents."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.models.navdp.policy_config import PolicyConfig
from vln_pipeline.redaction import url_without_secret

_EVERY_KIND = tuple(GoalKind)
_NAME = r"^[a-z0-9_]+$"

Baseline = Literal["straight_line", "stop_and_turn", "shortest_path", "random"]


class ServerConfig(Config):
    """A policy behind NavDP's HTTP contract."""

    name: str = Field(pattern=_NAME)
    """What the agent is called in results."""
    url: Annotated[str, url_without_secret("use a server that asks for none")] = Field(
        default="http://127.0.0.1:8888", pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$"
    )
    """Where the server listens."""
    kinds: tuple[GoalKind, ...] = Field(default=_EVERY_KIND, min_length=1)
    """Goals that the policy takes; episodes of other kinds are left out."""
    stop_threshold: float = -3.0
    """Value below which the server's policy turns on the spot, sent with the reset."""
    timeout: float = Field(default=30.0, gt=0)
    """Longest time for an answer, to its last byte, seconds."""
    jpeg_quality: int = Field(default=95, ge=1, le=100)
    """Quality of the images sent."""
    lossless: bool = False
    """Whether colour images are sent as PNG rather than JPEG: several times as large, and exactly what was seen."""
    swapped_channels: bool = True
    """Whether red and blue are swapped in the images sent, as the published servers expect."""


class PlannerConfig(Config):
    """A policy as a Python class."""

    name: str = Field(pattern=_NAME)
    """What the agent is called in results."""
    factory: str = Field(pattern=r"^[A-Za-z_][\w.]*\.[A-Za-z_]\w*$")
    """Dotted name of a callable that returns a ``LocalPlanner``, for instance ``my_package.planner.MyPlanner``."""
    options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    """Keyword arguments of the callable."""
    kinds: tuple[GoalKind, ...] = Field(default=_EVERY_KIND, min_length=1)
    """Goals that the policy takes; episodes of other kinds are left out."""
    rgb: bool = True
    """Whether it looks at the colour image; depth costs far less."""
    version: str = ""
    """Anything that changes when the policy does, so that episodes are driven anew."""


class CheckpointConfig(Config):
    """A NavDP network that was trained elsewhere, or kept from an earlier run."""

    name: str = Field(pattern=_NAME)
    """What the agent is called in results."""
    path: str = Field(min_length=1)
    """A folder of this project (``config.json`` and weights), or a file of weights with the published names."""
    policy: PolicyConfig | None = None
    """How it is asked for a path; null as the networks of this project are with folders, and with files as the
    published server asks."""


class AgentsConfig(Config):
    """Which agents drive every episode."""

    baselines: tuple[Baseline, ...] = ("straight_line", "stop_and_turn", "shortest_path", "random")
    """Agents that learn nothing; ``stop_and_turn`` and ``shortest_path`` are told what only the world knows."""
    navdp: bool = True
    """Whether every network in the ``system1`` store drives."""
    policy: PolicyConfig = PolicyConfig()
    """How these networks are asked for a path."""
    checkpoints: tuple[CheckpointConfig, ...] = ()
    """NavDP networks from elsewhere, published ones for instance."""
    servers: tuple[ServerConfig, ...] = ()
    """Policies behind NavDP's HTTP contract."""
    planners: tuple[PlannerConfig, ...] = ()
    """Policies as Python classes."""

    @property
    def families(self) -> tuple[str, ...]:
        """Names of the agents in the order in which they are reported, all trained networks as one."""
        trained = ["navdp"] if self.navdp else []
        loaded = [checkpoint.name for checkpoint in self.checkpoints]
        servers, planners = [server.name for server in self.servers], [planner.name for planner in self.planners]
        return (*self.baselines, *trained, *loaded, *servers, *planners)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        if len(set(self.families)) < len(self.families):
            raise ValueError(f"agents share a name: {sorted(self.families)}")
        if not self.families:
            raise ValueError("no agent is named")
        return self
