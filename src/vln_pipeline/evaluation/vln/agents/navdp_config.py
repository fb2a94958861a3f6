"""Parameters of System 1 that drives System 2's pixel goals as places."""

from typing import Literal

from vln_pipeline.config import Config
from vln_pipeline.models.navdp.policy_config import PolicyConfig


class NavdpFollowerConfig(Config):
    """How a network of the store ``system1`` is asked for the way to a pixel goal of System 2."""

    policy: PolicyConfig = PolicyConfig()
    """Sampling, ranking, avoidance and memory, as in ``evaluate_system1.agents.policy``."""
    goal: Literal["point", "pixel"] = "point"
    """Whether the network is told the place that the pixel shows, or the pixel where that place appears now."""
    view: Literal["nearest", "level", "down"] = "nearest"
    """Which view it sees: the level one, the one that looks down, or whichever is tilted more like the cameras that it
    learned from."""
    other_camera: Literal["refuse", "warn"] = "refuse"
    """What happens where that view is of another height, tilt or field of view than those that it learned from."""
