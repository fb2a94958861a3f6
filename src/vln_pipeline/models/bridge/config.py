"""Which System 1 follows the latent plan."""

from typing import Literal

from vln_pipeline.config import Config
from vln_pipeline.models.navdp_async.config import NavdpAsyncConfig
from vln_pipeline.models.nextdit.config import NextDitConfig

Kind = Literal["nextdit_async", "nextdit", "navdp_async"]


class BridgeConfig(Config):
    """The kind of network, and the shape of each; only that of the chosen kind counts."""

    system1: Kind = "nextdit_async"
    """nextdit_async: flow matching on the images at planning time and now (InternVLA-N1 DualVLN). nextdit: on the plan
    alone, so System 2 has to plan anew whenever the robot has moved (its preview). navdp_async: diffusion on images and
    depth maps (w/ NavDP)."""
    nextdit: NextDitConfig = NextDitConfig()
    """Shape of the former two; whether it looks follows from ``system1``."""
    navdp_async: NavdpAsyncConfig = NavdpAsyncConfig()
    """Shape of the last."""
