"""Parameters of the esdf stage."""

from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config

WALK_MARGIN = 0.02
"""Room beyond the robot's radius without which a passage gives no smooth walk, metres."""


class EsdfConfig(Config):
    """How floors are found in a mesh and what the robot can do on them."""

    cell: float = Field(0.05, ge=0.01, le=0.25)
    """Edge of a grid cell, metres; 0.025 where the scene's report lists rooms behind narrow passages."""
    radius: float = Field(0.25, gt=0, le=1)
    """Radius of the robot's body, metres."""
    height: float = Field(1.3, gt=0.1, le=3)
    """Height that must be free above the floor, metres: the higher of the body's top and the camera's."""
    max_step: float = Field(0.2, ge=0.02, le=0.5)
    """Highest step the robot climbs or descends, metres, to the millimetre; anything lower is no obstacle."""
    max_slope: float = Field(40.0, gt=0, lt=80)
    """Steepest surface the robot stands on, degrees."""
    backend: Literal["edt", "fmm"] = "edt"
    """Distance transform: exact Euclidean, or scikit-fmm's fast marching; neither over-states clearance."""
    stairs: Literal["exclude", "link"] = "exclude"
    """Whether stairs belong to a storey. "exclude": a storey is its level floor and the ramps on it. "link": what
    stairs reach belongs to it too, up to half way to the next storey, and walks lead from one to the other."""
    outdoors: Literal["exclude", "include"] = "exclude"
    """Whether open ground counts as floor that surrounds the building on all four sides, or that nothing leads to and
    that lies at the height of a storey."""
    min_floor_area: float = Field(4.0, gt=0)
    """Smallest storey, and smallest cut-off part of a storey that is kept beside the largest, square metres."""
    max_hole_area: float = Field(0.6, ge=0)
    """Holes in the floor up to this area are scanning gaps and count as floor, square metres."""
    max_gap: float = Field(0.4, ge=0, le=1)
    """Slits in the floor up to this width count as floor, metres; some sources leave out doorway thresholds."""
