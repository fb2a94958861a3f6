"""Parameters of NavDP's training samples."""

from typing import Literal, Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config


class GoalMarkConfig(Config):
    """How a pixel goal is marked in an image."""

    half_size: tuple[int, int] = (6, 11)
    """Least and largest half of the rectangle's edges, drawn for each edge by itself, pixels of an image whose longer
    side is 480; other images have them in proportion."""
    off_screen: Literal["border", "nothing"] = "border"
    """What is marked when the goal is ahead and out of view: a strip along the side of the image where it lies, as in
    driving; or "nothing", as NavDP's own loader does, and the sample asks for a goal that it does not show."""
    border: int = Field(default=10, gt=0)
    """Width of that strip, pixels of an image whose longer side is 480."""
    frame: Literal["past", "current"] = "past"
    """Image that is marked: one the walk has passed, as NavDP's own loader does, or the one of the current position."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not 1 <= self.half_size[0] <= self.half_size[1]:
            raise ValueError(f"half_size {list(self.half_size)} is not two numbers from 1 on, in order")
        return self


class NavdpDataConfig(Config):
    """Which walks are learned from, and how samples are drawn from them.

    Sizes of images, memory and prediction are the network's.
    """

    dialects: tuple[Literal["vln_n1", "vln_ce"], ...] = Field(default=("vln_n1",), min_length=1)
    """Dialects that are read; folders of others are skipped. Of vln_ce every camera setting is a walk of its own."""
    scene_scale: float = Field(default=1.0, gt=0, le=1)
    """Share of the scenes, evenly spread over the sorted folders."""
    min_frames: int = Field(default=4, ge=4)
    """Walks of fewer frames are skipped."""
    repeats: int = Field(default=50, ge=1)
    """Samples drawn from each walk in an epoch."""
    stride: int = Field(default=4, ge=1)
    """Frames from one remembered image to the next, and from one waypoint to the next."""
    random_stride: tuple[int, int] | None = None
    """Least and largest stride, drawn for each sample in place of ``stride``; NavDP's own option is (2, 7)."""
    discrete_step: float = Field(default=0.0376, gt=0)
    """vln_ce: spacing at which the polyline of the actions is resampled to the frames of a continuous walk, metres."""
    discrete_memory_stride: int = Field(default=1, ge=1)
    """vln_ce: actions from one remembered image to the next."""
    goals: tuple[Literal["point", "pixel", "image"], ...] = ("point", "pixel", "image")
    """Goals that samples carry; the others are zeros and cost nothing."""
    end_goals: float = Field(default=0.0, ge=0, le=1)
    """Share of the samples whose goal is the end of the walk. The goals of the others, drawn as by NavDP's own loader,
    are near: a quarter of the walk away in the mean, where a robot at its start is given one at the end."""
    goal_heading: Literal["unknown", "path"] = "unknown"
    """Third component of a point goal: 0, since nobody knows it while driving, or the heading in which the walk arrives
    there, as in NavDP's own loader."""
    mark: GoalMarkConfig = GoalMarkConfig()
    """How pixel goals are marked."""
    augmentation_angle: float = Field(default=60.0, ge=0, le=180)
    """Largest angle, degrees, to either side, by which the future path is turned for the augmented labels."""
    headings: Literal["continuous", "wrapped"] = "continuous"
    """Waypoint headings run on beyond half a turn, or are "wrapped" there as NavDP's own loader does, which gives a
    label of a whole turn wherever a path passes it."""
    critic_metric: Literal["l2", "l1"] = "l2"
    """Distance to obstacles in the critic's labels: Euclidean, or "l1", the sum over both axes, as NavDP's loader."""
    touch_distance: float = Field(default=0.1, gt=0)
    """Distance from an obstacle, below which a waypoint counts as touching it in the critic's labels, metres: 0.1 in
    NavDP's loader; the robot's radius and a margin make the critic warn of what the robot really touches."""
    cached_scenes: int = Field(default=128, ge=1)
    """Scenes whose obstacles a worker keeps in memory; a walk of a scene without a point cloud counts as one."""
    packed: bool = True
    """Whether frames are decoded and letterboxed once, to one file a scene, where the caller gives a cache folder; a
    frame then takes up to 5 bytes for each pixel of the network's image."""

    @model_validator(mode="after")
    def _strides(self) -> Self:
        if self.random_stride and not 1 <= self.random_stride[0] <= self.random_stride[1]:
            raise ValueError(f"random_stride {list(self.random_stride)} is not two numbers from 1 on, in order")
        return self
