"""The network that a training of Seq2Seq or CMA starts with."""

from pathlib import Path
from typing import TypeVar

from vln_pipeline.models.cma.network import Cma
from vln_pipeline.models.seq2seq.network import Seq2Seq
from vln_pipeline.models.single_system.pretrained import load_embeddings, load_imagenet
from vln_pipeline.models.single_system.words import Words, open_words
from vln_pipeline.training.single_system.config import ActionTraining
from vln_pipeline.training.single_system.start import begun, give_depth, tell_random

Kind = TypeVar("Kind", Seq2Seq, Cma)


def fresh_network(kind: type[Kind], config: ActionTraining, shape: object) -> tuple[Kind, Words]:
    """Return the network with random weights, those of a checkpoint, or those of published encoders.

    Args:
        kind: of the network.
        config: of the training.
        shape: of the network.

    Raises:
        DataError: a file is missing, or is of a network of another shape.
    """
    found = begun(kind, config, shape)
    if found is not None:
        return found
    words = open_words(config.words)
    network: Kind = kind(shape, words.size)  # type: ignore[arg-type]
    if config.rgb_weights is not None:
        load_imagenet(network.rgb_encoder.cnn, Path(config.rgb_weights))
    elif network.rgb_encoder.frozen:
        tell_random("colour images", "rgb_weights", "network.rgb.frozen")
    give_depth(network.depth_encoder, config)
    if config.embeddings is not None:
        load_embeddings(network.instruction_encoder.embedding_layer, Path(config.embeddings))
    elif network.config.instruction.frozen:
        tell_random("words", "embeddings", "network.instruction.frozen")
    return network, words
