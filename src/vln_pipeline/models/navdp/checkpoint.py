"""Trained networks on disk: weights as safetensors, configuration as JSON."""

from pathlib import Path

from pydantic import ValidationError

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.network_folder import CONFIG, WEIGHTS, with_weights, write_network


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
    path = directory / CONFIG
    try:
        config = NavdpConfig.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(str(path), "cannot be read", "name the folder of a NavDP checkpoint") from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(map(str, fault["loc"])) or "it"
        raise DataError(str(path), f"is no NavDP configuration: {key}: {fault['msg']}") from error
    return with_weights(NavdpNetwork(config), directory / WEIGHTS)
