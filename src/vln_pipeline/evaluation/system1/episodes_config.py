"""Parameters of the episodes of the System-1 benchmark."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.local_planner import GoalKind

_Count = Annotated[int, Field(ge=0, le=100)]


class EpisodesConfig(Config):
    """Which episodes are drawn in each scene."""

    point: _Count = 8
    """Point-goal episodes per scene: the goal is a place, told by odometry."""
    pixel: _Count = 0
    """Pixel-goal episodes per scene: the goal is a point of the image, in view at the start."""
    image: _Count = 0
    """Image-goal episodes per scene: the goal is the view from there."""
    none: _Count = 0
    """No-goal episodes per scene: the robot explores until its time is up or it touches something."""
    min_distance: float = Field(default=3.0, gt=0)
    """Shortest way from start to goal, metres."""
    max_distance: float = Field(default=10.0, gt=0)
    """Longest way from start to goal, metres."""
    detour_share: float = Field(default=0.6, ge=0, le=1)
    """Share of point-goal and image-goal episodes whose way is a detour, where the scene has any."""
    detour_ratio: float = Field(default=1.1, gt=1)
    """Shortest way over straight line above which a way counts as a detour."""
    endpoint_clearance: float = Field(default=0.1, ge=0)
    """Room that starts and goals have beyond the robot's radius, metres."""
    heading: Literal["random", "path"] = "random"
    """Heading at the start: any, or about that in which the shortest way sets out. With a pixel goal the robot always
    faces it, within a quarter of the field of view."""
    heading_spread: float = Field(default=45.0, ge=0, le=180)
    """Largest angle between start heading and path for ``heading: path``, degrees."""
    tries: int = Field(default=60, ge=2)
    """Goals drawn per episode before the scene is given up."""

    @property
    def counts(self) -> dict[GoalKind, int]:
        """Episodes per scene by kind of goal."""
        return {
            GoalKind.POINT: self.point,
            GoalKind.PIXEL: self.pixel,
            GoalKind.IMAGE: self.image,
            GoalKind.NONE: self.none,
        }

    @model_validator(mode="after")
    def _something_is_asked_for(self) -> Self:
        if self.min_distance >= self.max_distance:
            raise ValueError(f"min_distance {self.min_distance} m is not below max_distance {self.max_distance} m")
        if not any(self.counts.values()):
            raise ValueError("point, pixel, image and none are all 0")
        return self
