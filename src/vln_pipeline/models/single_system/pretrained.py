"""Published encoders that a training may start with: ImageNet's ResNet-50, DD-PPO's, GloVe, LongCLIP."""

import gzip
import json
import zlib
from pathlib import Path

import torch
from torch import Tensor, nn

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.weights import check_names, read_weights
from vln_pipeline.models.single_system.names import RESNETS, own_name
from vln_pipeline.models.single_system.resnet import BottleneckResNet
from vln_pipeline.models.single_system.visual import DepthEncoder
from vln_pipeline.regular_file import regular

_IMAGENET_HEAD = "fc."
_PLACES = {"conv1.": "0.", "bn1.": "1."} | {f"layer{stage}.": f"{3 + stage}." for stage in range(1, 5)}
"""Where torchvision's parts are in a sequence of them."""
_VISUAL = "visual_encoder"
_LARGEST = 2**28
"""Bytes of the largest table of embeddings that is read, unpacked."""


def load_imagenet(cnn: BottleneckResNet, path: Path) -> None:
    """Give a ResNet the weights of torchvision's, ImageNet's classes left out.

    Raises:
        DataError: the file cannot be read, or is of another network.
    """
    prefix = "rgb_encoder.cnn."
    weights = {}
    for name, value in read_weights(path).items():
        head = name[: name.find(".") + 1]
        if head != _IMAGENET_HEAD:
            place = _PLACES.get(head, head) + name.removeprefix(head)
            weights[own_name(prefix + place, RESNETS).removeprefix(prefix)] = value
    _take(cnn, weights, path)


def load_ddppo(encoder: DepthEncoder, path: Path) -> None:
    """Give a depth encoder the weights of a DD-PPO agent; of the agent, its visual encoder counts.

    Raises:
        DataError: the file cannot be read, has no such encoder, or is of another size.
    """
    weights = {}
    for name, value in read_weights(path).items():
        parts = name.split(".")
        if _VISUAL in parts:
            rest = ".".join(parts[parts.index(_VISUAL) :])
            weights[own_name(f"depth_encoder.{rest}", RESNETS).removeprefix("depth_encoder.")] = value
    if not weights:
        raise DataError(str(path), f"has no weights of a {_VISUAL}", "name a depth model of DD-PPO")
    own = nn.ModuleDict({"cnn": encoder.cnn, "compression": encoder.compression})
    _take(own, weights, path)


def load_embeddings(table: nn.Embedding, path: Path) -> None:
    """Give words the embeddings of a file, such as VLN-CE's ``embeddings.json.gz`` of GloVe vectors.

    Args:
        table: of the network.
        path: JSON of a list of vectors, by the numbers of words; gzipped where it ends in .gz.

    Raises:
        DataError: the file cannot be read, or has another number of vectors, or of another width.
    """
    try:
        with gzip.open(regular(path)) if path.suffix == ".gz" else regular(path).open("rb") as file:
            text = file.read(_LARGEST + 1)
        if len(text) > _LARGEST:
            raise ValueError(f"larger than {_LARGEST} bytes")
        vectors = torch.tensor(json.loads(text), dtype=torch.float32)
    except (OSError, EOFError, zlib.error, ValueError, TypeError, RecursionError) as error:
        cause = f"not readable embeddings ({type(error).__name__}: {error})"
        raise DataError(str(path), cause, "name VLN-CE's embeddings.json.gz") from error
    if vectors.shape != table.weight.shape:
        cause = f"holds vectors {tuple(vectors.shape)}, the network has words {tuple(table.weight.shape)}"
        raise DataError(str(path), cause, "name the vocabulary that they belong to, and set instruction.embedding")
    with torch.no_grad():
        table.weight.copy_(vectors)


def load_longclip(text: nn.Module, vision: nn.Module, path: Path) -> None:
    """Give both encoders of an RDP the weights of LongCLIP; what they do not ask is left out.

    Raises:
        DataError: the file cannot be read, or is of another size.
    """
    weights = read_weights(path)
    sight = {name.removeprefix("visual."): value for name, value in weights.items() if name.startswith("visual.")}
    _take(vision, {name: value for name, value in sight.items() if name != "proj" and "ln_post" not in name}, path)
    spoken = {name: value for name, value in weights.items() if not name.startswith("visual.")}
    for left_out in ("text_projection", "logit_scale"):
        spoken.pop(left_out, None)
    _take(text, spoken, path)


def _take(part: nn.Module, weights: dict[str, Tensor], path: Path) -> None:
    check_names(path, weights, part.state_dict())
    part.load_state_dict(weights)
