"""The network that a training of RDP starts with."""

from pathlib import Path

from vln_pipeline.models.rdp.network import Rdp
from vln_pipeline.models.single_system.pretrained import load_longclip
from vln_pipeline.models.single_system.words import Words, open_words
from vln_pipeline.training.rdp.config import TrainRdpConfig
from vln_pipeline.training.single_system.start import begun, give_depth, tell_random


def fresh_network(config: TrainRdpConfig) -> tuple[Rdp, Words]:
    """Return the network with random weights, those of a checkpoint, or those of published encoders.

    Raises:
        DataError: a file is missing, or is of a network of another shape.
    """
    found = begun(Rdp, config, config.network)
    if found is not None:
        return found
    words = open_words(config.words)
    network = Rdp(config.network, words.size)
    text, vision = network.instruction_encoder, network.image_encoder.image_transformer
    if config.longclip_weights is not None:
        load_longclip(text, vision, Path(config.longclip_weights))
    elif text.frozen or vision.frozen:
        frozen = "network.text.frozen and network.rgb.frozen"
        tell_random("words or colour images", "longclip_weights", frozen)
    give_depth(network.image_encoder.depth_encoder, config)
    return network, words
