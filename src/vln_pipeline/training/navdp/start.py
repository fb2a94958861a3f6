"""The network that a training starts with."""

import logging
from pathlib import Path

from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.official import load_depth_anything, load_official
from vln_pipeline.models.network_folder import WEIGHTS
from vln_pipeline.training.navdp.config import TrainSystem1Config

logger = logging.getLogger(__name__)


def fresh_network(config: TrainSystem1Config) -> NavdpNetwork:
    """Return the network with random weights, those of a checkpoint, or those of a published image encoder.

    Raises:
        DataError: a file is missing or is of a network of another shape.
    """
    if config.start_from is not None:
        given = Path(config.start_from)
        return load_official(given / WEIGHTS if given.is_dir() else given, config.network).network
    network = NavdpNetwork(config.network)
    if config.rgb_weights is not None:
        load_depth_anything(network.rgbd_encoder.rgb_model, Path(config.rgb_weights))
    elif config.network.freeze_rgb:
        logger.warning("colour images are encoded by random weights that never learn: set rgb_weights or start_from")
    return network
