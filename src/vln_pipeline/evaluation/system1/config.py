"""Parameters of the System-1 benchmark."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.system1.agents.config import AgentsConfig
from vln_pipeline.evaluation.system1.drive_config import DriveConfig
from vln_pipeline.evaluation.system1.episodes_config import EpisodesConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.scenes.config import ScenesConfig


class EvaluateSystem1Config(Config):
    """Worlds, episodes, agents and rules of the System-1 benchmark."""

    split: str = Field(default="test", pattern=r"^[a-z0-9]+$")
    """Names the homes: another split is other homes. Tune on a split that you do not report."""
    scenes: tuple[ScenesConfig, ...] = Field(default=(ScenesConfig(),), min_length=1)
    """Where test worlds come from; procedural homes are never those of the ``scenes`` stage."""
    esdf: EsdfConfig = EsdfConfig(radius=0.2)
    """Floors of the test worlds; ``radius`` is that of the body that collides."""
    episodes: EpisodesConfig = EpisodesConfig()
    """What is asked of the agents."""
    drive: DriveConfig = DriveConfig()
    """Robot, camera and rules."""
    agents: AgentsConfig = AgentsConfig()
    """Who drives."""
    recovery: tuple[bool, ...] = Field(default=(False, True), min_length=1)
    """Whether a robot that touched something backs off and turns; both are run and reported apart."""
    resamples: int = Field(default=2000, ge=100)
    """Bootstrap samples behind each confidence interval."""

    @model_validator(mode="after")
    def _one_body(self) -> Self:
        body = self.drive.world.body
        if (body.radius, body.height) != (self.esdf.radius, self.esdf.height):
            raise ValueError(
                f"drive.world.body, {body.radius} m by {body.height} m, is not the robot of esdf, {self.esdf.radius} m "
                f"by {self.esdf.height} m; set radius and height of both alike"
            )
        return self
