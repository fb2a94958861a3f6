"""Parameters of what System 1 learns on the way to a pixel goal."""

from pydantic import Field

from vln_pipeline.config import Config


class WayConfig(Config):
    """Frames and paths on the way from where a pixel goal was given to the goal."""

    frames: int = Field(default=12, gt=0)
    """Frames of a way learned from at most; 1 for a network that follows the plan alone, to which all look the same."""
    frame_stride: int = Field(default=2, gt=0)
    """Actions from one such frame to the next, where that gives no more than ``frames`` of them."""
    horizon: float = Field(default=3.3, gt=0)
    """Length of the predicted path, metres; shared by its waypoints."""
    turn_after_end: bool = False
    """Whether the path turns back to heading 0 where it ends before the horizon, as the targets of InternVLA-N1 do.
    Only for training on from its released weights."""
