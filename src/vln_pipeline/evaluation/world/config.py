"""Parameters of the worlds that agents drive in."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.rendering.lighting_config import LightingConfig


class BodyConfig(Config):
    """The robot's body: an upright cylinder on the ground."""

    radius: float = Field(default=0.2, gt=0, le=1)
    """Radius, metres; at least two cells of the navigation map."""
    height: float = Field(default=1.3, gt=0.1, le=3)
    """Height that must be free above the floor, metres. The built-in world's maps have it from ``esdf.height``, which
    must not be lower; habitat-sim makes its own."""
    sliding: bool = False
    """Whether a body that meets an obstacle slides along it; otherwise it stops there."""


class HabitatConfig(Config):
    """Where habitat-sim finds scenes."""

    dataset: str = "default"
    """Path of a ``.scene_dataset_config.json``; "default" where scenes are files."""
    stage: str = "{scene}"
    """What a scene is called there: a handle of the dataset, or the path of a file. ``{scene}`` stands for its id here,
    for instance 00800-TEEsavR23oF, ``{name}`` for the last part of it, TEEsavR23oF, as datasets call it."""
    up: Literal["y", "z"] | None = None
    """Axis that is up in scenes that are files, named without a dataset: z in those of MP3D, Gibson and HM3D, y by the
    rule of glTF. Null takes z, as habitat-sim does, and refuses what then seems to lie on its side."""
    gpu: int | None = Field(default=None, ge=-1)
    """Number of the device that draws, -1 for none (Mesa draws); null takes 0 where there is an NVIDIA driver."""
    cell: float = Field(default=0.05, gt=0, le=0.2)
    """Edge and height of a cell of the navigation mesh, metres; the body's radius is rounded up to a multiple of it."""
    max_step: float = Field(default=0.2, ge=0, le=0.5)
    """Highest step that the body climbs, metres."""


class WorldConfig(Config):
    """The world that episodes run in."""

    backend: Literal["builtin", "habitat"] = "builtin"
    """The built-in simulator on scenes and maps of this project, or habitat-sim where that is installed."""
    body: BodyConfig = BodyConfig()
    """The robot's body."""
    habitat: HabitatConfig = HabitatConfig()
    """Scenes of the ``habitat`` backend."""
    renderer: Literal["raycast", "gl"] = "raycast"
    """What makes colour images in the built-in world: numpy shading on ray hits, or OpenGL. Depth and semantics are
    ray-cast in either case."""
    lighting: LightingConfig = LightingConfig()
    """Lamps and sky of scenes that bring none."""
    goals_kept: int = Field(default=16, ge=1)
    """Goals whose geodesic distance fields are kept for the next query."""


class NoiseConfig(Config):
    """Errors of motion and odometry; none by default."""

    speed: float = Field(default=0.0, ge=0, le=0.5)
    """Standard deviation of the relative error with which distances commanded are driven."""
    turn: float = Field(default=0.0, ge=0, le=0.5)
    """Standard deviation of the relative error with which turns commanded are driven."""
    odometry_distance: float = Field(default=0.0, ge=0, le=0.5)
    """Standard deviation of the relative error of distances that odometry measures."""
    odometry_turn: float = Field(default=0.0, ge=0, le=0.5)
    """Standard deviation of the relative error of turns that odometry measures."""


class MotionConfig(Config):
    """How the robot moves."""

    period: float = Field(default=0.15, gt=0, le=1)
    """Time between two velocity commands, seconds."""
    max_speed: float = Field(default=0.5, gt=0, le=3)
    """Fastest speed forwards, m/s."""
    max_reverse: float = Field(default=0.25, ge=0, le=3)
    """Fastest speed backwards, m/s."""
    max_turn_rate: float = Field(default=0.5, gt=0, le=6)
    """Fastest turn, rad/s."""
    acceleration: float | None = Field(default=None, gt=0)
    """Largest change of speed, m/s^2; None follows commands at once."""
    turn_acceleration: float | None = Field(default=None, gt=0)
    """Largest change of the turn rate, rad/s^2; None follows commands at once."""
    forward: float = Field(default=0.25, gt=0)
    """Length of the discrete forward action, metres."""
    turn: float = Field(default=15.0, gt=0, le=90)
    """Angle of the discrete turn actions, degrees."""
    tilt: float = Field(default=30.0, gt=0, le=60)
    """Angle by which the discrete look-down action tilts the cameras, until the next motion action, degrees."""
    noise: NoiseConfig = NoiseConfig()
    """Errors of motion and odometry."""


class FollowerConfig(Config):
    """How a planned path is followed."""

    look_ahead: float = Field(default=0.3, gt=0)
    """Distance along the path from the robot to the point that it steers for, metres."""
    turn_in_place: float = Field(default=45.0, gt=0, le=180)
    """Bearing of that point beyond which the robot turns before it drives, degrees."""
    turned: float = Field(default=15.0, gt=0, le=180)
    """Bearing at which the robot faces its path, for planners that want it to, degrees."""
    arrived: float = Field(default=0.05, gt=0)
    """Distance from the path's end at which it is done, metres."""
