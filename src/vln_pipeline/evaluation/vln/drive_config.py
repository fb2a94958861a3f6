"""Parameters of the drives of the closed-loop evaluation."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.vln.protocol import PROTOCOLS
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.config import FollowerConfig, WorldConfig


class DriveConfig(Config):
    """How an episode runs; the same for every agent."""

    protocol: Literal["r2r_ce", "rxr_ce", "internnav", "vln_pe", "vln_pe_dual"] = "internnav"
    """Actions, camera, body, end and success: VLN-CE's two tasks, InternNav's Habitat evaluation, or its VLN-PE for
    single systems and for dual ones."""
    scale: float = Field(default=1.0, gt=0, le=1)
    """Factor on the protocol's image size; the field of view stays."""
    pitch: float | None = Field(default=None, ge=-60, le=60)
    """Downward tilt of the camera, degrees; null for the protocol's."""
    tilt: float = Field(default=30.0, gt=0, le=60)
    """Further tilt when the robot looks down, degrees."""
    path_periods: int = Field(default=4, ge=1)
    """Control periods for which a continuous path is followed before the agent is asked again."""
    follower: FollowerConfig = FollowerConfig()
    """How a continuous path is followed."""
    world: WorldConfig = WorldConfig()
    """The simulator; the body is the protocol's."""

    @property
    def rules(self) -> Rules:
        """What is the same for every agent."""
        return Rules(
            protocol=PROTOCOLS[self.protocol],
            scale=self.scale,
            pitch=self.pitch,
            tilt=self.tilt,
            path_periods=self.path_periods,
            follower=self.follower,
        )

    @property
    def embodied(self) -> WorldConfig:
        """The simulator for the protocol's body."""
        return self.world.model_copy(update={"body": self.rules.body})

    @model_validator(mode="after")
    def _the_body_is_the_protocols(self) -> Self:
        given = {"radius", "height", "sliding"} & self.world.body.model_fields_set
        if given:
            raise ValueError(f"world.body.{min(given)} follows from protocol {self.protocol}; leave it out")
        return self
