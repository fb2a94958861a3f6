"""Which of the robot's two views a network drives by: the one of a camera like those that it learned from."""

import logging
from dataclasses import replace

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.navdp_config import NavdpFollowerConfig
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.models.trained_cameras import TrainedCameras

_LOG = logging.getLogger(__name__)


def looks_down(agent: str, learned: TrainedCameras | None, rules: Rules, config: NavdpFollowerConfig) -> bool:
    """Tell whether a network drives by the view that looks down, rather than by the level one.

    Args:
        agent: name, for messages.
        learned: cameras that the network learned from; None where nobody knows, as of published weights.
        rules: whose camera the robot has.
        config: which view is wanted, and whether the network may see through another camera than it learned from.

    Raises:
        DataError: the view is of a camera that the network did not learn from.
    """
    level = rules.camera
    tilted = replace(level, pitch=level.pitch + rules.tilt)
    if config.view == "nearest":
        down = learned is not None and learned.off(tilted.pitch) < learned.off(level.pitch)
    else:
        down = config.view == "down"
    camera = tilted if down else level
    if learned is None:
        _LOG.warning("%s: it is not known which cameras its System 1 learned from; it sees %s", agent, camera.name)
        return down
    differences = learned.differences(camera)
    if differences:
        cause = f"its System 1 would see through another camera: {'; '.join(differences)}"
        if config.other_camera == "refuse":
            mend = (
                "train System 1 on frames of a rig like the camera of evaluate.drive, or set "
                "evaluate.agents.navdp.other_camera to warn"
            )
            raise DataError(f"agent {agent}", cause, mend)
        _LOG.warning("%s: %s", agent, cause)
    return down
