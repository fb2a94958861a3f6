"""A policy from a checkpoint, for serving."""

from pathlib import Path
from typing import Any, Literal

from vln_pipeline.models.navdp.any_checkpoint import load_any
from vln_pipeline.models.navdp.official_export import told_in
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import PUBLISHED_SERVER, PolicyConfig

Manner = Literal["trained", "published"]


def open_navdp(checkpoint: Path, device: str, manner: Manner | None, **options: Any) -> NavdpPolicy:
    """Return the policy of a trained network.

    Args:
        checkpoint: a folder of this project, or a file of weights with the published names.
        device: PyTorch's name of it.
        manner: how goals are shown to the network: as in training here, or as the published server shows them. None for
            the former with folders, and for the latter with files.
        options: of ``PolicyConfig`` besides.

    Raises:
        DataError: the checkpoint cannot be read.
    """
    network, config = load_any(checkpoint)
    if manner == "published":
        config = PUBLISHED_SERVER
    elif manner == "trained" and not checkpoint.is_dir() and told_in(checkpoint) is None:
        config = PolicyConfig()  # a file that was written for the published server wants its goals as that shows them
    return NavdpPolicy(network.to(device), PolicyConfig(**{**config.model_dump(), **options}))
