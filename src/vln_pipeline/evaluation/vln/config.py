"""Parameters of the closed-loop evaluation."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.vln.agents.config import AgentsConfig
from vln_pipeline.evaluation.vln.drive_config import DriveConfig
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.walk_config import SamplingConfig, TrajectoryConfig
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.config import RenderingConfig, RigConfig
from vln_pipeline.scenes.config import ScenesConfig

_FILMED = RenderingConfig(
    backend="raycast",
    rigs=(RigConfig(name="d435i", motion=Motion.CONTINUOUS, camera="d435i", scale=0.5, height=0.6, pitches=(15.0,)),),
    compared_views=0,
)


class EvaluateConfig(Config):
    """Homes, episodes, agents and rules of the closed-loop evaluation."""

    split: str = Field(default="test", pattern=r"^[a-z0-9]+$")
    """Names the homes: another split is other homes. Tune on a split that you do not report."""
    scenes: tuple[ScenesConfig, ...] = Field(default=(ScenesConfig(),), min_length=1)
    """Where the homes come from; procedural ones are never those of the ``scenes`` stage."""
    esdf: EsdfConfig = EsdfConfig()
    """Floors of the homes; walks keep ``radius`` away from obstacles, the robot's own follows from the protocol, and so
    does ``height`` where it is not given."""
    sampling: SamplingConfig = SamplingConfig(pairs=8, min_distance=4.5, max_distance=10.0)
    """Where walks start and end. Only those that start outside the protocol's success radius, by a metre or more,
    become episodes."""
    trajectories: TrajectoryConfig = TrajectoryConfig()
    """How they are walked."""
    rendering: RenderingConfig = _FILMED
    """What is filmed of them for whoever puts them into words; agents see by ``drive``."""
    labelling: LabellingConfig = LabellingConfig()
    """Who puts them into words."""
    wordings: int = Field(default=1, ge=1)
    """Episodes per walk, each with another wording of the same route."""
    most_episodes: int = Field(default=100, ge=1)
    """Episodes per home at most."""
    drive: DriveConfig = DriveConfig()
    """Robot, camera and rules."""
    agents: AgentsConfig = AgentsConfig()
    """Who drives."""
    resamples: int = Field(default=2000, ge=100)
    """Bootstrap samples of the confidence intervals."""
    shown: int = Field(default=2, ge=0)
    """Best and worst episodes of an agent that the report shows as moving pictures."""

    @property
    def floors(self) -> EsdfConfig:
        """How floors are mapped: free up to the height of the protocol's body, unless another height is given."""
        if "height" in self.esdf.model_fields_set:
            return self.esdf
        return self.esdf.model_copy(update={"height": self.drive.rules.protocol.body_height})

    @model_validator(mode="after")
    def _the_protocol_is_kept(self) -> Self:
        rule = self.drive.rules.protocol
        if self.floors.height < rule.body_height:
            raise ValueError(
                f"esdf.height {self.esdf.height} is less than the body of protocol {rule.name}, {rule.body_height} m; "
                "leave it out"
            )
        if self.sampling.max_distance <= rule.least_distance:
            raise ValueError(
                f"sampling.max_distance {self.sampling.max_distance} gives no episode of protocol {rule.name}, which "
                f"start {rule.least_distance:g} m from their goals at least"
            )
        return self

    @model_validator(mode="after")
    def _wordings_exist(self) -> Self:
        written = 1 + self.labelling.variants
        if self.wordings > written:
            raise ValueError(f"wordings {self.wordings} is more than labelling writes, 1 + variants = {written}")
        return self
