"""Parameters of walking routes again."""

from pydantic import Field

from vln_pipeline.config import Config


class RewalkConfig(Config):
    """How a route is followed, and when a walk ends."""

    reach: float = Field(default=0.5, ge=0, le=2)
    """Farthest that a start or a reference point is moved to where the body fits, metres; VLN-PE shifts single starts
    by hand."""
    margin: float = Field(default=0.1, ge=0, le=1)
    """Room that the way keeps from obstacles beyond the body's radius, where there is that much, metres."""
    look_ahead: float = Field(default=0.4, gt=0)
    """Distance along the way to the point that is steered for, metres."""
    arrived: float = Field(default=0.25, gt=0)
    """Distance to the way's end at which STOP is called, metres."""
    max_steps: int = Field(default=500, ge=1)
    """Actions that a walk may take; the longest published one has 501."""
    stuck_steps: int = Field(default=50, ge=1)
    """Consecutive actions after which a robot that hardly moved is stuck (VLN-PE)."""
    stuck_distance: float = Field(default=0.2, gt=0)
    """Distance that counts as hardly moved, metres (VLN-PE)."""
    stuck_turn: float = Field(default=15.0, gt=0, le=180)
    """Turn that counts as hardly moved, degrees (VLN-PE)."""
