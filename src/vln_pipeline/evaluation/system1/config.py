"""Parameters of the System-1 benchmark."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.system1.agents.config import AgentsConfig
from vln_pipeline.evaluation.world.config import FollowerConfig, MotionConfig, WorldConfig
from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.rendering.camera_presets import PRESETS, scaled
from vln_pipeline.rendering.config import CameraConfig
from vln_pipeline.scenes.config import ScenesConfig

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


class EyeConfig(Config):
    """The robot's camera; a policy should see what it was trained on."""

    camera: Literal["habitat", "d435i", "zed2"] | CameraConfig = CameraConfig(width=96, height=72, hfov=100)
    """A preset, or a camera of your own."""
    scale: float = Field(default=1.0, gt=0, le=4)
    """Factor on the image size; the field of view stays."""
    height: float = Field(default=0.5, gt=0, le=3)
    """Height above the ground, metres."""
    pitch: float = Field(default=10.0, ge=-60, le=89)
    """Downward tilt, degrees."""

    def setting(self) -> CameraSetting:
        """Return the camera."""
        if isinstance(self.camera, str):
            camera = PRESETS[self.camera]
        else:
            camera = Intrinsics.from_fov(self.camera.width, self.camera.height, self.camera.hfov, self.camera.vfov)
        name = f"{round(self.height * 100)}cm_{round(self.pitch)}deg"
        return CameraSetting(name, self.height, self.pitch, scaled(camera, self.scale))


class DriveConfig(Config):
    """How an episode runs and when it ends; the same for every agent."""

    eye: EyeConfig = EyeConfig()
    """The robot's camera."""
    world: WorldConfig = WorldConfig()
    """The simulator."""
    motion: MotionConfig = MotionConfig()
    """How the robot moves."""
    follower: FollowerConfig = FollowerConfig()
    """How it follows a plan."""
    replan: int = Field(default=4, ge=1)
    """Control steps from one plan to the next."""
    arrival: float = Field(default=1.0, gt=0)
    """Geodesic distance to the goal below which the episode ends, metres."""
    time_limit: float = Field(default=60.0, gt=0)
    """Simulated time after which it ends, seconds."""
    stuck_time: float = Field(default=10.0, gt=0)
    """Simulated time without progress after which it ends, seconds: longer than a half turn on the spot takes."""
    stuck_distance: float = Field(default=0.1, gt=0)
    """Distance that the robot must have got away from where it was ``stuck_time`` ago, metres."""
    back_off: float = Field(default=0.15, gt=0)
    """How far recovery drives backwards after a contact, metres."""
    back_off_turn: float = Field(default=30.0, gt=0, le=180)
    """How far recovery then turns, degrees; left or right is drawn."""


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
