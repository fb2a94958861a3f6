"""Parameters of the sampling and trajectories stages."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config
from vln_pipeline.planning.config import WALK_MARGIN


class SamplingConfig(Config):
    """How starts and goals are drawn on the floors of one scene."""

    pairs: int = Field(default=24, gt=0)
    """Start and goal pairs to draw per scene."""
    starts_per_goal: int = Field(default=4, gt=0)
    """Starts that share one goal, and with it one search; more is faster and less diverse."""
    min_distance: float = Field(default=2.0, gt=0)
    """Smallest geodesic distance from start to goal, metres."""
    max_distance: float = Field(default=12.0, gt=0)
    """Largest geodesic distance from start to goal, metres."""
    endpoint_clearance: float = Field(default=0.05, ge=0)
    """Room that a start or a goal has beyond the robot's radius, metres."""
    path_margin: float = Field(default=WALK_MARGIN, ge=0)
    """Room beyond the robot's radius that grid paths keep; gaps narrower than this allow no smooth walk, metres."""
    clearance_weight: float = Field(default=4.0, ge=0)
    """Extra cost of a metre walked at the robot's radius from an obstacle, in metres of open floor."""
    clearance_band: float = Field(default=0.6, gt=0)
    """Distance beyond the robot's radius at which the extra cost has faded to nothing, metres."""
    low_clearance_share: float = Field(default=0.15, ge=0, le=1)
    """Share of goals that are approached with little caution, so that wall strips and corners are seen too."""
    low_clearance_caution: float = Field(default=0.1, ge=0, le=1)
    """Factor on every clearance weight for those goals."""
    coverage_cell: float = Field(default=0.5, gt=0)
    """Edge of the squares in which visits are counted to prefer the least-visited floor, metres."""
    tries: int = Field(default=10, gt=0)
    """Goals drawn per goal needed, before the scene is left with fewer pairs."""
    goal_spacing: float = Field(default=0.5, ge=0)
    """Least distance between two goals of a storey, metres; several starts share one goal."""
    walk_spacing: float = Field(default=0.5, ge=0)
    """Least distance between two walks of a storey where they are farthest apart, at equal shares of their way, m."""
    turning_share: float = Field(default=0.4, ge=0, le=1)
    """Least share of walks that turn by 50 degrees or more on their way; the three quotas are wishes, and what a scene
    cannot give is told in the funnel."""
    crossing_share: float = Field(default=0.3, ge=0, le=1)
    """Least share of walks that end in another room than they begin in, where there are two."""
    stairs_share: float = Field(default=0.25, ge=0, le=1)
    """Share of draws that ask for a walk from one storey to another, where stairs link them (``esdf.stairs``)."""
    room_share: float = Field(default=0.5, gt=0, le=1)
    """Largest share of walks that end in one room, where there are two."""

    @model_validator(mode="after")
    def _band_is_not_empty(self) -> Self:
        if self.min_distance >= self.max_distance:
            raise ValueError(f"min_distance {self.min_distance} m is not below max_distance {self.max_distance} m")
        return self


class GazeConfig(Config):
    """How far the heading of a continuous walk turns away from its path; by default not at all.

    A robot that is turned around, by its start or by an obstacle, has views that no walk along its own heading shows.
    Positions stay those of the path, and the discrete form of a walk keeps facing along it.
    """

    start: float = Field(default=0.0, ge=0, le=180)
    """Largest angle between the first heading and the path, degrees; from there the heading turns to the path."""
    glance: float = Field(default=0.0, ge=0, le=180)
    """Largest angle of a glance to one side along the way, degrees; the heading turns there and back."""
    interval: float = Field(default=2.0, gt=0)
    """Mean distance from one glance to the next, metres."""


class TrajectoryConfig(Config):
    """How a grid path becomes a smooth walk and discrete actions."""

    spacing: float = Field(default=0.4, gt=0)
    """Distance between control points of the spline, metres."""
    obstacle_weight: float = Field(default=40.0, ge=0)
    """Weight of coming nearer to obstacles than ``safe_distance``, 1/m^2."""
    safe_distance: float = Field(default=0.5, gt=0)
    """Clearance beyond which more of it is worth nothing, metres."""
    hard_weight: float = Field(default=400.0, ge=0)
    """Weight of coming nearer than the robot's radius and ``hard_margin``, 1/m^2."""
    hard_margin: float = Field(default=0.07, ge=0)
    """Room beyond the robot's radius in which ``hard_weight`` acts, metres."""
    length_weight: float = Field(default=1.0, ge=0)
    """Weight of squared length, dimensionless."""
    acceleration_weight: float = Field(default=0.05, ge=0)
    """Weight of the squared second derivative by arc length, m^2."""
    jerk_weight: float = Field(default=0.002, ge=0)
    """Weight of the squared third derivative by arc length, m^4."""
    curvature_weight: float = Field(default=2.0, ge=0)
    """Weight of curvature beyond ``curvature_limit``, m^2."""
    curvature_limit: float = Field(default=1.8, gt=0)
    """Curvature that costs nothing, 1/m."""
    iterations: int = Field(default=60, gt=0)
    """Most L-BFGS iterations per attempt."""
    attempts: int = Field(default=4, gt=0)
    """Optimisations per path: one that grazes an obstacle is repeated with control points half as far apart, one that
    bends too sharply with four times the curvature weight."""
    step: float = Field(default=0.0376, gt=0)
    """Largest distance between two frames, metres."""
    max_turn: float = Field(default=4.0, gt=0)
    """Largest change of heading between two frames, degrees."""
    step_change: float = Field(default=0.001, gt=0)
    """Largest change of the distance between frames from one frame to the next, metres."""
    min_turning_radius: float = Field(default=0.35, gt=0)
    """Smallest radius of any bend, metres."""
    min_length: float = Field(default=1.0, gt=0)
    """Smallest length of a walk that is kept, metres."""
    gaze: GazeConfig = GazeConfig()
    """Headings that differ from the path; every turn of theirs obeys ``max_turn``."""
    forward: float = Field(default=0.25, gt=0)
    """Length of the discrete forward action, metres."""
    turn: float = Field(default=15.0, gt=0, le=90)
    """Angle of the discrete turn actions, degrees."""
    discrete_start: float = Field(default=0.0, ge=0, le=180)
    """Largest angle between the path and where the robot faces before the first discrete action, degrees; with 180 it
    starts facing any way, as in R2R-CE, and has to turn around first. Whole turns of ``turn`` are drawn."""
    look_aheads: tuple[float, ...] = Field(default=(0.45, 0.3, 0.6, 0.9), min_length=1)
    """Distances along the path at which the discrete rollout aims, metres; the first that gives a valid one is used."""
    end_tolerance: float = Field(default=0.25, gt=0)
    """Largest distance of the rollout's end from the path's end, metres."""
