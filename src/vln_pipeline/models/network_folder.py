"""A trained network in a folder: weights as safetensors, configuration as JSON."""

from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError
from safetensors.torch import save
from torch import nn

from vln_pipeline.config import Config, first_fault
from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.weights import check_names, read_weights

WEIGHTS, CONFIG = "model.safetensors", "config.json"

Network = TypeVar("Network", bound=nn.Module)
Shape = TypeVar("Shape", bound=Config)


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


def read_config(path: Path, shape: type[Shape], what: str, folder: str) -> Shape:
    """Return the configuration of a network.

    Args:
        path: of the file.
        shape: type of the configuration.
        what: what the file should be, for the error.
        folder: what it should lie in.

    Raises:
        DataError: the file is missing or broken.
    """
    try:
        return shape.model_validate_json(path.read_bytes())
    except OSError as error:
        raise DataError(str(path), "cannot be read", f"name the folder of {folder}") from error
    except ValidationError as error:
        raise DataError(str(path), f"is no {what}: {first_fault(error)}") from error


def with_weights(network: Network, path: Path) -> Network:
    """Return a network with the weights of a file, in evaluation mode.

    Raises:
        DataError: the file is missing or broken, or is not of such a network.
    """
    weights = read_weights(path)
    check_names(path, weights, network.state_dict())
    network.load_state_dict(weights)
    return network.eval()
