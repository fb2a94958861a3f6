"""Trained networks on disk: weights as safetensors, configuration as JSON."""

from pathlib import Path

from pydantic import ValidationError
from safetensors.torch import save_file

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.weights import check_names, read_weights

WEIGHTS, CONFIG = "model.safetensors", "config.json"


def save(network: NavdpNetwork, directory: Path) -> None:
    """Write a network; what is there under the same names is replaced, each file in one step."""
    directory.mkdir(parents=True, exist_ok=True)
    weights, config = directory / f"{WEIGHTS}.part", directory / f"{CONFIG}.part"
    save_file({name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}, weights)
    config.write_text(network.config.model_dump_json(indent=2) + "\n", encoding="utf-8")
    weights.replace(directory / WEIGHTS)
    config.replace(directory / CONFIG)


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
    network = NavdpNetwork(config)
    weights = read_weights(directory / WEIGHTS)
    check_names(directory / WEIGHTS, weights, network.state_dict())
    network.load_state_dict(weights)
    return network.eval()
