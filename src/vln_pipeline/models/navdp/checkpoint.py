"""Trained networks on disk: weights as safetensors, configuration as JSON."""

from pathlib import Path

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.network_folder import CONFIG, WEIGHTS, read_config, with_weights, write_network


def save(network: NavdpNetwork, directory: Path) -> None:
    """Write a network; what is there under the same names is replaced, each file in one step.

    Raises:
        OSError: the disk is full, for instance.
    """
    write_network(network, network.config.model_dump_json(indent=2), directory)


def load(directory: Path) -> NavdpNetwork:
    """Read a network, on the CPU and in evaluation mode.

    Raises:
        DataError: a file is missing or broken, or weights and configuration do not belong together.
    """
    config = read_config(directory / CONFIG, NavdpConfig, "NavDP configuration", "a NavDP checkpoint")
    return with_weights(NavdpNetwork(config), directory / WEIGHTS)
