"""Sizes of a StreamVLN, and its published config.json: one flat table, as LLaVA writes it."""

import json
import math
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from vln_pipeline.errors import DataError

PoolMode = Literal["bilinear", "average", "max"]
"""How neighbouring patches become one token."""
ARCHITECTURES = ("StreamVLNForCausalLM", "LlavaQwenForCausalLM")
"""What ``config.json`` of such a model calls its class."""
SO400M = {
    "hidden_size": 1152,
    "intermediate_size": 4304,
    "num_hidden_layers": 26,
    "num_attention_heads": 16,
    "image_size": 384,
    "patch_size": 14,
}
"""google/siglip-so400m-patch14-384 without its last layer, which LLaVA drops; published folders only name it."""
_TOWER = "siglip-so400m-patch14-384"
_TEXT = (
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
    "hidden_act", "max_position_embeddings", "initializer_range", "rms_norm_eps", "rope_theta", "attention_dropout",
    "bos_token_id", "eos_token_id", "pad_token_id", "tie_word_embeddings",
)  # fmt: skip
_MEND = "name the folder of a StreamVLN or of LLaVA-Video-7B-Qwen2"


@dataclass(frozen=True)
class Shape:
    """Sizes of a network.

    Attributes:
        vision: arguments of ``SiglipVisionConfig``.
        text: arguments of ``Qwen2Config``.
        pool: how patches are pooled.
        stride: edge of the square of patches that become one token.
    """

    vision: dict[str, Any]
    text: dict[str, Any]
    pool: PoolMode = "bilinear"
    stride: int = 2

    @property
    def image_size(self) -> int:
        """Edge of an image, pixels."""
        return int(self.vision["image_size"])

    @property
    def patches(self) -> int:
        """Patches along an edge; what is left over of the image is not looked at."""
        return self.image_size // int(self.vision["patch_size"])

    @property
    def side(self) -> int:
        """Tokens along an edge."""
        return math.ceil(self.patches / self.stride) if self.pool == "bilinear" else self.patches // self.stride

    @property
    def covered(self) -> float:
        """Share of an image's edge that patches cover, from its left and upper end."""
        return self.patches * int(self.vision["patch_size"]) / self.image_size


def read_shape(folder: Path) -> Shape:
    """Return what a folder says of its model.

    Raises:
        DataError: the file is missing or broken, or of another kind of model.
    """
    path = folder / "config.json"
    try:
        raw = json.loads(path.read_bytes())
        kind = (raw.get("architectures") or [raw.get("model_type")])[0]
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise DataError(str(path), f"cannot be read ({type(error).__name__})", _MEND) from error
    if kind not in ARCHITECTURES:
        raise DataError(str(folder), f"is a {kind}, not a StreamVLN", _MEND)
    for key, wanted in (("mm_projector_type", "mlp2x_gelu"), ("mm_vision_select_layer", -2)):
        if raw.get(key, wanted) != wanted:
            raise DataError(str(path), f"its {key} is {raw[key]!r}, not {wanted!r}", _MEND)
    pool, stride = raw.get("mm_spatial_pool_mode", "bilinear"), raw.get("mm_spatial_pool_stride") or 2
    if pool not in get_args(PoolMode) or not isinstance(stride, int) or stride < 1:
        raise DataError(str(path), f"its images are pooled by {pool!r} {stride!r}, which is not known", _MEND)
    missing = [key for key in _TEXT[:6] if not isinstance(raw.get(key), int)]
    if missing:
        raise DataError(str(path), f"does not tell {missing[0]}", _MEND)
    return Shape(_vision(raw, path), {key: raw[key] for key in _TEXT if key in raw}, pool, stride)


def published_config(shape: Shape) -> dict[str, Any]:
    """Return ``config.json`` of a network; ``vision_config`` is what published folders leave out."""
    return {
        "architectures": [ARCHITECTURES[0]],
        "model_type": "llava_qwen",
        **shape.text,
        "mm_vision_tower": f"google/{_TOWER}",
        "mm_hidden_size": shape.vision["hidden_size"],
        "mm_projector_type": "mlp2x_gelu",
        "mm_vision_select_layer": -2,
        "mm_vision_select_feature": "patch",
        "mm_patch_merge_type": "flat",
        "mm_spatial_pool_mode": shape.pool,
        "mm_spatial_pool_stride": shape.stride,
        "vision_config": shape.vision,
    }


def _vision(raw: dict[str, Any], path: Path) -> dict[str, Any]:
    told = raw.get("vision_config")
    if isinstance(told, dict):
        missing = [key for key in SO400M if not isinstance(told.get(key), int)]
        if missing:
            raise DataError(str(path), f"its vision_config does not tell {missing[0]}", _MEND)
        return {key: told[key] for key in SO400M}
    tower = str(raw.get("mm_vision_tower"))
    if _TOWER not in tower:
        raise DataError(str(path), f"its vision tower {tower} is not {_TOWER}", _MEND)
    return deepcopy(SO400M)
