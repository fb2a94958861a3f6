"""Trained networks on disk: weights as safetensors, configuration as JSON, and the words they know."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from vln_pipeline.config import Config
from vln_pipeline.errors import DataError
from vln_pipeline.models.network_folder import CONFIG, WEIGHTS, read_config, with_weights, write_network
from vln_pipeline.models.single_system import words as words_on_disk
from vln_pipeline.models.single_system.system import Network
from vln_pipeline.models.single_system.words import Words

Kind = TypeVar("Kind", bound=Network)


class Saved(Config):
    """What is told of a network beside its weights."""

    system: str
    """Which network it is."""
    vocabulary: int = Field(gt=0)
    """Numbers that words have."""
    network: dict[str, Any]
    """Its shape."""


def save(network: Network, words: Words, directory: Path) -> None:
    """Write a network; what is there under the same names is replaced, each file in one step.

    Raises:
        OSError: the disk is full, for instance.
    """
    told = Saved(system=network.system, vocabulary=network.vocabulary, network=network.config.model_dump(mode="json"))
    write_network(network, told.model_dump_json(indent=2), directory)
    words.write(directory)


def load(directory: Path, kind: type[Kind]) -> tuple[Kind, Words]:
    """Read a network, on the CPU and in evaluation mode, and the words it knows.

    Args:
        directory: the folder.
        kind: of the network.

    Raises:
        DataError: the checkpoint is of another system, a file is missing or broken, or weights, configuration and words
            do not belong together.
    """
    path = directory / CONFIG
    what, folder = f"configuration of a {kind.title}", f"a trained {kind.title}"
    told = read_config(path, Saved, what, folder)
    if told.system != kind.system:
        raise DataError(str(path), f"is of the system {told.system}, not {kind.system}", f"name the folder of {folder}")
    try:
        shape = kind.shape.model_validate(told.network)
    except ValueError as error:
        raise DataError(str(path), f"is no {what}: {str(error).splitlines()[-1].strip()}") from error
    words = words_on_disk.read(directory)
    if words.size != told.vocabulary:
        cause = f"its words have {words.size} numbers, its network knows {told.vocabulary}"
        raise DataError(str(directory), cause, "copy the folder anew")
    return with_weights(kind(shape, told.vocabulary), directory / WEIGHTS), words
