"""Trained networks on disk: weights as safetensors, configuration as JSON."""

from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge.build import Network, build, config_of
from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.network_folder import CONFIG, WEIGHTS, read_config, with_weights, write_network


def save(network: Network, directory: Path) -> None:
    """Write a network; what is there under the same names is replaced, each file in one step.

    Raises:
        OSError: the disk is full, for instance.
    """
    told = config_of(network)
    shape = "navdp_async" if told.system1 == "navdp_async" else "nextdit"
    write_network(network, told.model_dump_json(include={"system1", shape}, indent=2), directory)


def load(directory: Path) -> Network:
    """Read a network, on the CPU and in evaluation mode.

    Raises:
        DataError: a file is missing or broken, or weights and configuration do not belong together.
    """
    path = directory / CONFIG
    config = read_config(path, BridgeConfig, "configuration of a System 1", "a jointly trained System 1")
    if "system1" not in config.model_fields_set:
        raise DataError(str(path), "does not say which system1 it is", "name the folder of a jointly trained System 1")
    return with_weights(build(config), directory / WEIGHTS)
