"""Trained networks on disk: weights as safetensors, configuration as JSON."""

import json
from pathlib import Path

from pydantic import ValidationError
from safetensors.torch import save_file

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge.build import Network, build, config_of
from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.navdp.weights import check_names, read_weights

WEIGHTS, CONFIG = "model.safetensors", "config.json"


def save(network: Network, directory: Path) -> None:
    """Write a network; what is there under the same names is replaced, each file in one step."""
    directory.mkdir(parents=True, exist_ok=True)
    weights, config = directory / f"{WEIGHTS}.part", directory / f"{CONFIG}.part"
    save_file({name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}, weights)
    told = config_of(network)
    shape = "navdp_async" if told.system1 == "navdp_async" else "nextdit"
    config.write_text(told.model_dump_json(include={"system1", shape}, indent=2) + "\n", encoding="utf-8")
    weights.replace(directory / WEIGHTS)
    config.replace(directory / CONFIG)


def load(directory: Path) -> Network:
    """Read a network, on the CPU and in evaluation mode.

    Raises:
        DataError: a file is missing or broken, or weights and configuration do not belong together.
    """
    path = directory / CONFIG
    try:
        raw = json.loads(path.read_bytes())
        config = BridgeConfig.model_validate(raw)
    except OSError as error:
        raise DataError(str(path), "cannot be read", "name the folder of a jointly trained System 1") from error
    except ValidationError as error:
        fault = error.errors()[0]
        key = ".".join(map(str, fault["loc"])) or "it"
        raise DataError(str(path), f"is no configuration of a System 1: {key}: {fault['msg']}") from error
    except ValueError as error:
        raise DataError(str(path), f"is no configuration of a System 1 ({error})") from error
    if "system1" not in raw:
        raise DataError(str(path), "does not say which system1 it is", "name the folder of a jointly trained System 1")
    network = build(config)
    weights = read_weights(directory / WEIGHTS)
    check_names(directory / WEIGHTS, weights, network.state_dict())
    network.load_state_dict(weights)
    return network.eval()
