"""A trained network in a folder: weights as safetensors, configuration as JSON."""

from pathlib import Path
from typing import TypeVar

from safetensors.torch import save
from torch import nn

from vln_pipeline.models.navdp.weights import check_names, read_weights

WEIGHTS, CONFIG = "model.safetensors", "config.json"

Network = TypeVar("Network", bound=nn.Module)


def write_network(network: nn.Module, config: str, directory: Path) -> None:
    """Write a network; what is there under the same names is replaced, each file in one step.

    Args:
        network: whose weights.
        config: JSON.
        directory: where to.

    Raises:
        OSError: the disk is full, for instance.
    """
    tensors = {name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}
    directory.mkdir(parents=True, exist_ok=True)
    weights_part, config_part = directory / f"{WEIGHTS}.part", directory / f"{CONFIG}.part"
    weights_part.write_bytes(save(tensors))  # safetensors' own writing of files does not tell a full disk as OSError
    config_part.write_text(config + "\n", encoding="utf-8")
    weights_part.replace(directory / WEIGHTS)
    config_part.replace(directory / CONFIG)


def with_weights(network: Network, path: Path) -> Network:
    """Return a network with the weights of a file, in evaluation mode.

    Raises:
        DataError: the file is missing or broken, or is not of such a network.
    """
    weights = read_weights(path)
    check_names(path, weights, network.state_dict())
    network.load_state_dict(weights)
    return network.eval()
