"""Parameters of the ``dagger`` pipeline."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.vln.agents.config import AgentsConfig
from vln_pipeline.evaluation.vln.drive_config import DriveConfig
from vln_pipeline.export.config import DiscreteConfig, ExportConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import RenderingConfig, RigConfig

_FILMED = RenderingConfig(
    backend="raycast",
    rigs=(RigConfig(name="habitat", motion=Motion.DISCRETE, camera="habitat", height=1.25, pitches=(0, 30)),),
    compared_views=0,
)


class ExpertConfig(Config):
    """Who knows the way, and when it takes over; the defaults are StreamVLN's."""

    way: Literal["reference", "shortest"] = "reference"
    """Whether the expert goes the way that the instruction describes, from waypoint to waypoint, or the shortest one to
    the goal."""
    waypoint_spacing: float = Field(default=2.0, gt=0)
    """Distance between two waypoints of the reference path, metres: about that of R2R's viewpoints."""
    waypoint_radius: float = Field(default=1.8, gt=0)
    """Distance along the floor at which a waypoint is reached, metres."""
    goal_radius: float = Field(default=0.25, gt=0)
    """The same for the last one, where the expert stops."""
    beta: float = Field(default=0.0, ge=0, le=1)
    """Probability, raised to the power ``round``, that the expert acts in a step. VLN-CE has 0.75, or 0.5 to go on from
    a trained network; 0 lets the agent act until the expert takes over."""
    round: int = Field(default=1, ge=0)
    """Which round of aggregation this is."""
    stop_distance: float = Field(default=3.0, ge=0)
    """An agent that says STOP this far from the goal or farther is overruled, metres."""
    mismatch_share: float = Field(default=0.8, gt=0)
    """The expert takes over, until the next waypoint, when the agent's disagreements since the last one are more than
    this share of the reference's actions per waypoint."""
    mismatches: int = Field(default=12, ge=0)
    """The same for their number."""


class KeepConfig(Config):
    """Which roll-outs become walks to learn from; the defaults are StreamVLN's."""

    arrived: float = Field(default=0.5, gt=0)
    """Distance to the goal within which a roll-out has to end, metres."""
    rescued: float = Field(default=0.93, ge=0, le=1)
    """Shortest way by way driven below which it is kept where the expert took over: others teach nothing new."""
    alone: float = Field(default=0.85, ge=0, le=1)
    """The same where the agent arrived by itself."""


class RollOutConfig(Config):
    """How an agent is rolled out."""

    drive: DriveConfig = DriveConfig(scale=0.5)
    """Robot, camera and rules; images should have the size that the agent learned from."""
    expert: ExpertConfig = ExpertConfig()
    """Who knows the way."""
    keep: KeepConfig = KeepConfig()
    """Which roll-outs are kept."""


class DaggerConfig(RollOutConfig):
    """Roll-outs of trained agents in the homes of the training walks, as walks to learn from."""

    agents: AgentsConfig = AgentsConfig(baselines=(), trained=("system2_straight",))
    """Who is rolled out, as in ``evaluate.agents``."""
    esdf: EsdfConfig = EsdfConfig()
    """Floors of the homes; ``height`` follows from the protocol where it is not given."""
    wordings: int = Field(default=1, ge=1)
    """Roll-outs per walk, each with another wording of the same route."""
    most_episodes: int = Field(default=100, ge=1)
    """Roll-outs per home and agent at most."""
    rendering: RenderingConfig = _FILMED
    """Cameras and backend of the walks that are kept: those of the walks that they are mixed with."""
    export: ExportConfig = ExportConfig(dialects=("vln_ce",), versions=("v2.1",), vln_ce=DiscreteConfig(group="dagger"))
    """Datasets that are written."""

    @property
    def rolling(self) -> RollOutConfig:
        """What decides on a roll-out, and nothing else."""
        return RollOutConfig(drive=self.drive, expert=self.expert, keep=self.keep)

    @property
    def floors(self) -> EsdfConfig:
        """How floors are mapped: free up to the height of the protocol's body, unless another height is given."""
        if "height" in self.esdf.model_fields_set:
            return self.esdf
        return self.esdf.model_copy(update={"height": self.drive.rules.protocol.body_height})

    @model_validator(mode="after")
    def _actions_are_discrete(self) -> Self:
        if self.agents.trained and self.agents.dual.motion != "discrete":
            raise ValueError("agents.dual.motion has to be discrete: the expert and the walks know actions only")
        if self.export.dialects != ("vln_ce",):
            raise ValueError("export.dialects has to be [vln_ce]: a roll-out has no smooth form")
        if self.export.vln_ce.tell_first_turn:
            raise ValueError("export.vln_ce.tell_first_turn has to be false: episodes tell that turn already")
        return self
