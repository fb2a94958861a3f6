"""Parameters of the export stage."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config

_GROUPS = ("r2r", "rxr", "scalevln")
"""Folders of scenes that InternNav knows, the one for all else first."""


class PixelGoalConfig(Config):
    """Which future position of a discrete walk is the pixel goal of a frame."""

    depth_tolerance: float = Field(default=0.15, gt=0)
    """Largest difference between the depth image and the depth of the floor at the goal's pixel, metres."""
    min_frames_ahead: int = Field(default=1, ge=1)
    """Nearest goal, frames; System 2 learns pixel goals from goals that are 3 or more frames ahead."""
    max_distance: float | None = Field(default=None, gt=0)
    """Farthest goal, metres from the robot; None for as far as the camera sees."""


class VideoConfig(Config):
    """H.264 settings (libx264)."""

    crf: int = Field(default=23, ge=0, le=51)
    """Constant rate factor: 0 is lossless, 18 hard to tell from the source, 51 worst."""
    preset: Literal["ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow"] = "veryfast"
    """Encoder effort: slower makes smaller files."""
    beside_images: bool = True
    """Whether v2.1 datasets have videos beside the loose images. InternNav's loaders read the images alone; without
    videos lerobot shows none. v3.0 has its colour in videos only, always."""


class PointCloudConfig(Config):
    """The scene's surfaces as points, beside the continuous dialect."""

    density: float = Field(default=200.0, gt=0)
    """Points per square metre of surface."""
    obstacle_low: float = Field(default=0.2, ge=0)
    """Height above the floor from which a surface is an obstacle, metres; the highest step the robot climbs."""
    obstacle_high: float = Field(default=1.3, gt=0)
    """Height above the floor up to which a surface is an obstacle, metres; the top of the robot or its camera."""

    @model_validator(mode="after")
    def _band_is_not_empty(self) -> Self:
        if self.obstacle_low >= self.obstacle_high:
            raise ValueError(f"obstacle_low {self.obstacle_low} m is not below obstacle_high {self.obstacle_high} m")
        return self


class ContinuousConfig(Config):
    """Dialect vln_n1: one frame per sample of the smooth path."""

    rig: str | None = None
    """Rig whose cameras are exported, one episode per walk and camera; None for the first continuous rig."""
    tasks: Literal["json", "text"] = "json"
    """What a task of v2.1 is: a JSON object as a string, as InternData-N1 has it, or the instruction alone, with the
    object's entries beside it."""
    fps: int = Field(default=30, ge=1, le=120)
    """Frames per second that timestamps and videos say."""


class DiscreteConfig(Config):
    """Dialect vln_ce: one frame per action."""

    rigs: tuple[str, ...] = ()
    """Rigs whose cameras become the settings of every episode; empty for all discrete rigs."""
    fps: int = Field(default=30, ge=1, le=120)
    """Frames per second that timestamps and videos say; InternData-N1 says 30 of frames that are an action apart."""
    group: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]+$")
    """Folder below ``traj_data`` by which InternNav finds the scenes; it knows r2r, rxr and scalevln. None for that of
    the episodes that were walked, r2r where they are of another kind or walks of our own."""
    pixel_goal: PixelGoalConfig = PixelGoalConfig()
    """Which future position is the pixel goal."""
    tell_first_turn: bool = False
    """Whether instructions of walks that start turned away (``trajectories.discrete_start``) begin with that turn. Not
    for instructions that people gave for these starts."""


class V30Config(Config):
    """LeRobot v3.0."""

    dataset: Literal["run", "scene"] = "run"
    """Whether a run's scenes are joined to one dataset per dialect. Each scene has its own either way."""
    validation_share: float = Field(default=0.1, ge=0, lt=1)
    """Share of the scenes, at least one of several, that a joined dataset calls validation; 0 for none."""
    masks: tuple[Literal["semantic", "instance"], ...] = ()
    """Masks beside the frames, 16-bit ids of categories or objects; ``meta/masks.json`` names them by scene."""
    language: bool = False
    """Whether words are also told as lerobot 0.6 does (``language_persistent``), which lerobot 0.4 cannot read."""


class ExportConfig(Config):
    """Which LeRobot datasets are written for each scene."""

    dialects: tuple[Literal["vln_n1", "vln_ce"], ...] = Field(default=("vln_n1", "vln_ce"), min_length=1)
    """Layouts of InternData-N1: continuous for System 1, discrete with pixel goals for System 2."""
    versions: tuple[Literal["v2.1", "v3.0"], ...] = Field(default=("v2.1", "v3.0"), min_length=1)
    """LeRobot formats. v2.1 also carries the loose images that InternNav's loaders read; v3.0 is for lerobot >= 0.4."""
    vln_n1: ContinuousConfig = ContinuousConfig()
    """The continuous dialect."""
    vln_ce: DiscreteConfig = DiscreteConfig()
    """The discrete dialect."""
    robot_type: str = "unknown"
    """What info.json calls the robot; "unknown" is what InternData-N1 says."""
    chunk_size: int = Field(default=1000, ge=1)
    """Episodes (v2.1) or files (v3.0) per chunk folder; NavDP's loader reads the first chunk only."""
    data_file_mb: float = Field(default=100.0, gt=0)
    """v3.0: size from which a new data file is begun, megabytes."""
    video_file_mb: float = Field(default=200.0, gt=0)
    """v3.0: size from which a new video file is begun, megabytes."""
    v30: V30Config = V30Config()
    """LeRobot v3.0."""
    video: VideoConfig = VideoConfig()
    """Video encoding."""
    point_cloud: PointCloudConfig = PointCloudConfig()
    """The scene's point cloud."""

    def of_scene(self) -> Self:
        """Return what decides a scene's datasets: the same whatever is said about joining them."""
        return self.model_copy(update={"v30": V30Config(language=self.v30.language, masks=self.v30.masks)})

    def of_group(self, kind: str = "") -> Self:
        """Return these parameters with the folder by which InternNav finds episodes of a kind, where none is named."""
        group = self.vln_ce.group or (kind if kind in _GROUPS else _GROUPS[0])
        return self.model_copy(update={"vln_ce": self.vln_ce.model_copy(update={"group": group})})

    @model_validator(mode="after")
    def _lists_have_no_doubles(self) -> Self:
        for key in ("dialects", "versions"):
            values = getattr(self, key)
            if len(set(values)) < len(values):
                raise ValueError(f"{key} names something twice: {values}")
        return self
