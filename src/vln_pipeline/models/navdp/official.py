"""Checkpoints that others have published: NavDP's own, and Depth-Anything-V2 for the image encoder."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.weights import check_names, read_weights

UNUSED = "decoder_layer."
"""A copy of one decoder layer that the inference program of NavDP's repository keeps and never runs."""
AUXILIARY = ("pixel_aux_head.", "image_aux_head.")
"""Heads of training alone, which that program leaves out."""
PATCHES = "pixel_encoder.pixelgoal_encoder.patch_embed.proj.weight"
BACKBONE = "pretrained."
"""Prefix of the vision transformer in Depth-Anything-V2's weights."""


@dataclass(frozen=True)
class OfficialCheckpoint:
    """What came out of a published file.

    Attributes:
        network: in evaluation mode.
        ignored: names in the file that the network has no use for.
        absent: names of the network that the file lacks; they keep their random weights.
    """

    network: NavdpNetwork
    ignored: tuple[str, ...]
    absent: tuple[str, ...]


def load_official(path: Path, config: NavdpConfig | None = None) -> OfficialCheckpoint:
    """Read a NavDP checkpoint as InternNav's trainer or NavDP's repository names its weights.

    Args:
        path: .safetensors, or what ``torch.save`` wrote (.ckpt, .pth, .bin); nothing but weights is read from it.
        config: of the network; None for the published sizes, with as many pixel-goal channels as the file has.

    Raises:
        DataError: the file cannot be read, or anything but the auxiliary heads is missing, left over or of another
            shape. Two generations of checkpoints go by NavDP's name, and only the later one has this network.
    """
    weights = read_weights(path)
    if config is None:
        channels = weights[PATCHES].shape[1] if PATCHES in weights and weights[PATCHES].ndim == 4 else 4
        config = NavdpConfig(pixel_channels=7 if channels == 7 else 4)
    network = NavdpNetwork(config)
    own = network.state_dict()
    ignored = tuple(name for name in weights if name.startswith(UNUSED))
    kept = {name: value for name, value in weights.items() if name not in ignored}
    has_auxiliary = any(name.startswith(AUXILIARY) for name in weights)
    absent = () if has_auxiliary else tuple(name for name in own if name.startswith(AUXILIARY))
    check_names(path, kept, {name: value for name, value in own.items() if name not in absent})
    network.load_state_dict(kept, strict=False)
    return OfficialCheckpoint(network.eval(), ignored, absent)


def load_depth_anything(encoder: nn.Module, path: Path) -> None:
    """Start an image encoder from the vision transformer inside Depth-Anything-V2 (small) weights.

    Args:
        encoder: for instance ``network.rgbd_encoder.rgb_model``.
        path: .safetensors or what ``torch.save`` wrote.

    Raises:
        DataError: the file cannot be read, or its transformer is of another size.
    """
    weights = {
        name.removeprefix(BACKBONE): value for name, value in read_weights(path).items() if name.startswith(BACKBONE)
    }
    if not weights:
        raise DataError(str(path), f"has no weights whose names start with {BACKBONE!r}", "give Depth-Anything-V2's")
    check_names(path, weights, encoder.state_dict())
    encoder.load_state_dict(weights)
