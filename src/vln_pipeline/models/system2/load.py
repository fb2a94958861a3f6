"""System 2 from the hub or a folder, and back to a folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.network_folder import read_config
from vln_pipeline.models.system2.config import TINY, DialogueConfig, System2Config
from vln_pipeline.models.system2.prompts import Prompts, load_prompts
from vln_pipeline.models.system2.tiny import build_tiny
from vln_pipeline.output_folder import make_without_links

MODEL_TYPE = "qwen2_5_vl"
"""What ``config.json`` of a Qwen2.5-VL calls itself."""
DIALOGUE, PROMPTS = "dialogue.json", "prompts.yml"
"""Files that weights trained here have besides those of transformers: what they were shown and asked."""
_TOKENIZER = ("tokenizer.json", "vocab.json")
_IMAGES = ("preprocessor_config.json", "processor_config.json")


@dataclass(frozen=True)
class System2Parts:
    """A model and what belongs to it.

    Attributes:
        model: a ``Qwen2_5_VLForConditionalGeneration``.
        tokenizer: its tokenizer.
        image_processor: its image processor.
        dialogue: what it is shown.
        prompts: what it is asked.
    """

    model: Any
    tokenizer: Any
    image_processor: Any
    dialogue: DialogueConfig
    prompts: Prompts


def load(config: System2Config, dtype: torch.dtype = torch.float32) -> System2Parts:
    """Return a model by hub name or folder, or a small random one, on the CPU and in evaluation mode.

    With ``HF_HUB_OFFLINE=1`` only what was downloaded before is found by name.

    Args:
        config: which model; what it is shown and asked counts only where the weights bring nothing of their own.
        dtype: number format of the weights.

    Raises:
        DataError: there is no such model, it is of another type, or a file of it is missing or broken.
    """
    prompts = load_prompts(None if config.prompt_template is None else Path(config.prompt_template))
    if config.source == TINY:
        model, tokenizer, images = build_tiny(config.tiny)
        model.set_attn_implementation(config.attention)
        return System2Parts(model.to(dtype), tokenizer, images, config.dialogue, prompts)
    folder = Path(config.source)
    if folder.is_dir():
        _check_folder(folder)
    elif folder.is_absolute() or config.source.startswith("."):
        raise DataError(config.source, "there is no such folder", "name the folder of a Qwen2.5-VL, or a hub name")
    dialogue = config.dialogue
    if (folder / DIALOGUE).is_file():
        dialogue = read_config(folder / DIALOGUE, DialogueConfig, "dialogue configuration", "a trained model")
        prompts = load_prompts(folder / PROMPTS)
    return System2Parts(*_from_pretrained(config, dtype), dialogue, prompts)


def save(parts: System2Parts, folder: Path, weights: dict[str, Tensor] | None = None) -> None:
    """Write a model in the layout of the hub, with what it is shown and asked; ``load`` and transformers read it.

    Args:
        parts: the model and what belongs to it.
        folder: where to; files of the same names are replaced.
        weights: in place of the model's own.

    Raises:
        DataError: the weights cannot be written, as the disk is full, for instance, or the folder holds links.
        OSError: another file cannot.
    """
    make_without_links(folder)
    try:
        parts.model.save_pretrained(folder, state_dict=weights)
    except SafetensorError as error:
        cause = f"the checkpoint cannot be written ({error})"
        raise DataError(str(folder), cause, "free some space and run the same command again") from error
    parts.tokenizer.save_pretrained(folder)
    parts.image_processor.save_pretrained(folder)
    (folder / DIALOGUE).write_text(parts.dialogue.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / PROMPTS).write_text(parts.prompts.dump(), encoding="utf-8")


def _from_pretrained(config: System2Config, dtype: torch.dtype) -> tuple[Any, Any, Any]:
    from transformers import AutoConfig, AutoTokenizer, Qwen2_5_VLForConditionalGeneration, Qwen2VLImageProcessorPil

    source = config.source
    try:
        kind = AutoConfig.from_pretrained(source).model_type
        if kind != MODEL_TYPE:
            raise DataError(source, f"is a {kind}, not a {MODEL_TYPE}", "name a Qwen2.5-VL")
        tokenizer = AutoTokenizer.from_pretrained(source)
        images = Qwen2VLImageProcessorPil.from_pretrained(source)
        loaded: Any = Qwen2_5_VLForConditionalGeneration.from_pretrained(
            source,
            dtype=dtype,
            attn_implementation=config.attention,
            use_safetensors=True,
            output_loading_info=True,
        )
    except (OSError, ValueError, ImportError, RuntimeError, SafetensorError) as error:
        cause = f"cannot be loaded ({str(error).splitlines()[0][:200]})"
        raise DataError(source, cause, "give a hub name that is reachable, or a whole folder") from error
    model, report = loaded
    if report["missing_keys"]:
        first = sorted(report["missing_keys"])[0]
        raise DataError(source, f"lacks {len(report['missing_keys'])} weights, the first is {first}", "copy it anew")
    return model.eval(), tokenizer, images


def _check_folder(folder: Path) -> None:
    """Raise DataError where a folder is not that of a Qwen2.5-VL, or a file of it is missing."""
    path = folder / "config.json"
    try:
        kind = json.loads(path.read_text(encoding="utf-8"))["model_type"]
    except OSError as error:
        raise DataError(str(path), "cannot be read", "name the folder of a Qwen2.5-VL") from error
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(str(path), "is no configuration of transformers", "name the folder of a Qwen2.5-VL") from error
    if kind != MODEL_TYPE:
        raise DataError(str(folder), f"is a {kind}, not a {MODEL_TYPE}", "name the folder of a Qwen2.5-VL")
    for names, what in ((_TOKENIZER, "tokenizer"), (_IMAGES, "image processor")):
        if not any((folder / name).is_file() for name in names):
            raise DataError(str(folder), f"has no {what} ({' or '.join(names)})", "copy it from the published model")
    if not any(folder.glob("*.safetensors")):
        raise DataError(str(folder), "holds no weights (*.safetensors)", "copy them from the published model")
