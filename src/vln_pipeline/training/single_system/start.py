"""The network that a training of a single system starts with, and the words it knows."""

import logging
from pathlib import Path
from typing import Any, TypeVar

from vln_pipeline.errors import DataError
from vln_pipeline.models.single_system import checkpoint
from vln_pipeline.models.single_system.official import load_official
from vln_pipeline.models.single_system.pretrained import load_ddppo
from vln_pipeline.models.single_system.system import Network
from vln_pipeline.models.single_system.visual import DepthEncoder
from vln_pipeline.models.single_system.words import Words, open_words
from vln_pipeline.training.single_system.config import SingleSystemTraining

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Network)


def begun(kind: type[Kind], config: Any, shape: Any) -> tuple[Kind, Words] | None:
    """Return the network that ``start_from`` names, in the shape that is configured; None where it names none.

    Args:
        kind: of the network.
        config: of the training.
        shape: of the network.

    Raises:
        DataError: it is of another system or shape, or knows other words.
    """
    if config.start_from is None:
        return None
    given = Path(config.start_from)
    if given.is_dir():
        network, words = checkpoint.load(given, kind)
        taught = kind(shape, network.vocabulary)
        if {n: v.shape for n, v in network.state_dict().items()} != {
            n: v.shape for n, v in taught.state_dict().items()
        }:
            raise DataError(str(given), "is of another shape than the parameter network", "configure its shape")
        taught.load_state_dict(network.state_dict())
        return taught, words
    words = open_words(config.words)
    official = load_official(given, kind, shape)
    if official.network.vocabulary != words.size:
        cause = f"knows {official.network.vocabulary} words, and words.vocabulary has {words.size}"
        raise DataError(str(given), cause, "name the vocabulary or the tokenizer that belongs to it")
    for line in official.lines():
        logger.info("%s: %s", given.name, line)
    return official.network, words


def give_depth(encoder: DepthEncoder, config: SingleSystemTraining) -> None:
    """Give a depth encoder the weights that are named, or tell that frozen ones are random.

    Raises:
        DataError: they cannot be read, or are of another size.
    """
    if config.depth_weights is not None:
        load_ddppo(encoder, Path(config.depth_weights))
    elif encoder.frozen:
        tell_random("depth images", "depth_weights", "network.depth.frozen")


def tell_random(what: str, parameter: str, frozen: str) -> None:
    """Tell that something is encoded by random weights that never learn."""
    logger.warning("%s are encoded by random weights that never learn: set %s, or %s to false", what, parameter, frozen)
