"""Which of the robot's two views a network drives by: the one of a camera like those that it learned from."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.agents.navdp_config import NavdpFollowerConfig
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.rendering.camera import CameraSetting

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
    differences = learned.differences(camera) if learned else []
    if differences and config.other_camera == "refuse":
        mend = (
            "train System 1 on frames of a rig like the camera of evaluate.drive, or set "
            "evaluate.agents.navdp.other_camera to warn"
        )
        raise DataError(f"agent {agent}", _other_camera("System 1", differences), mend)
    warn_of_camera(agent, "System 1", learned, camera)
    return down


def warn_of_camera(agent: str, network: str, learned: TrainedCameras | None, camera: CameraSetting) -> None:
    """Say where a network sees through another camera than it learned from, or nobody knows from which it learned.

    Args:
        agent: name, for messages.
        network: "System 1" or "System 2".
        learned: cameras that the network learned from; None where nobody knows.
        camera: what it sees through.
    """
    if learned is None:
        _LOG.warning("%s: it is not known which cameras its %s learned from; it sees %s", agent, network, camera.name)
    elif differences := learned.differences(camera):
        _LOG.warning("%s: %s", agent, _other_camera(network, differences))


def _other_camera(network: str, differences: Sequence[str]) -> str:
    return f"its {network} would see through another camera: {'; '.join(differences)}"
