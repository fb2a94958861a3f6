"""Parameters of the drives of the System-1 benchmark."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.evaluation.world.config import FollowerConfig, MotionConfig, WorldConfig
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.rendering.camera_presets import PRESETS, scaled
from vln_pipeline.rendering.config import CameraConfig


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
    """Distance to the goal below which the episode ends, metres."""
    arrival_distance: Literal["geodesic", "straight"] = "geodesic"
    """How that distance is measured: along the shortest way, or straight through walls, as NavDP's benchmark does."""
    arrival_speed: float | None = Field(default=None, gt=0)
    """Speed, as |vx| + |vy| in m/s, below which the robot must be for that; null for any. NavDP's benchmark has 0.5."""
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
