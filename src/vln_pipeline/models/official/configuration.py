"""The published ``config.json``: one flat table for both models, as transformers 4.51 wrote it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge.build import Network, config_of
from vln_pipeline.models.bridge.config import BridgeConfig, Kind

_KINDS = ("internvla_n1", "qwen2_5_vl")
_TEXT = (
    "vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads",
    "hidden_act", "max_position_embeddings", "initializer_range", "rms_norm_eps", "use_cache", "use_sliding_window",
    "sliding_window", "max_window_layers", "attention_dropout", "bos_token_id", "eos_token_id", "pad_token_id",
)  # fmt: skip
_VISION = (
    "depth", "hidden_size", "hidden_act", "intermediate_size", "num_heads", "in_channels", "patch_size",
    "spatial_merge_size", "temporal_patch_size", "tokens_per_second", "window_size", "out_hidden_size",
    "fullatt_block_indexes",
)  # fmt: skip
_WHOLE = ("image_token_id", "video_token_id", "vision_start_token_id", "vision_end_token_id", "tie_word_embeddings")


def read_config(folder: Path) -> dict[str, Any]:
    """Return what a published folder says of its model.

    Raises:
        DataError: it is missing or broken, of another kind of model, or names an unknown System 1.
    """
    path = folder / "config.json"
    mend = "name the folder of an InternVLA-N1 model"
    try:
        raw = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise DataError(str(path), f"cannot be read ({type(error).__name__})", mend) from error
    kind = raw.get("model_type") if isinstance(raw, dict) else None
    if kind not in _KINDS:
        raise DataError(str(path), f"is of a {kind}, not of an InternVLA-N1", mend)
    if raw.get("system1") not in (None, *get_args(Kind)):
        known = ", ".join(get_args(Kind))
        raise DataError(str(path), f"its system1 {raw['system1']!r} is not known", f"known are {known}")
    return dict(raw)


def bridge_config(raw: dict[str, Any], shape: BridgeConfig) -> BridgeConfig | None:
    """Return the configuration of a folder's System 1; None where it has none.

    Args:
        raw: of ``read_config``.
        shape: sizes of the network, which ``config.json`` does not tell.
    """
    if raw.get("system1") is None:
        return None
    width = raw["hidden_size"] if "hidden_size" in raw else raw["text_config"]["hidden_size"]
    update = {"plan_dim": width, "plan_queries": raw["n_query"]}
    return shape.model_copy(
        update={
            "system1": raw["system1"],
            "nextdit": shape.nextdit.model_copy(update=update),
            "navdp_async": shape.navdp_async.model_copy(update=update),
        }
    )


def system2_config(raw: dict[str, Any]) -> Any:
    """Return the ``Qwen2_5_VLConfig`` in what ``read_config`` returned."""
    from transformers import Qwen2_5_VLConfig

    own = {"model_type", "architectures", "system1", "n_query", "auto_map"}
    # It alters the tables in what it is given.
    return Qwen2_5_VLConfig(**deepcopy({key: value for key, value in raw.items() if key not in own}))


def published_config(model: Any, network: Network | None) -> dict[str, Any]:
    """Return ``config.json`` of two models.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration``.
        network: System 1; None for System 2 alone.
    """
    text, vision = model.config.get_text_config().to_dict(), model.config.vision_config.to_dict()
    rope = text["rope_parameters"]
    raw = {key: text[key] for key in _TEXT if key in text} | {key: getattr(model.config, key) for key in _WHOLE}
    raw |= {"rope_theta": rope["rope_theta"], "rope_scaling": {"type": "mrope", "mrope_section": rope["mrope_section"]}}
    raw["vision_config"] = {"model_type": "qwen2_5_vl"} | {key: vision[key] for key in _VISION if key in vision}
    raw |= {"model_type": "internvla_n1", "architectures": ["InternVLAN1ForCausalLM"]}
    raw |= {"torch_dtype": str(model.dtype).removeprefix("torch."), "transformers_version": "4.51.0"}
    if network is not None:
        raw |= {"system1": config_of(network).system1, "n_query": network.config.plan_queries}
    return raw
