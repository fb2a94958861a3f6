"""StreamVLN from the hub or a folder, and back to a folder, in the layout of LLaVA-Video-7B-Qwen2."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.weights import check_names
from vln_pipeline.models.network_folder import read_config
from vln_pipeline.models.official.shards import read_shards, write_shards
from vln_pipeline.models.streamvln.config import TINY, DialogueConfig, StreamVlnConfig
from vln_pipeline.models.streamvln.names import published_name, translated
from vln_pipeline.models.streamvln.network import StreamVln, build, projector
from vln_pipeline.models.streamvln.prompts import Prompts, load_prompts
from vln_pipeline.models.streamvln.shape import Shape, published_config, read_shape
from vln_pipeline.models.streamvln.tiny import build_tiny
from vln_pipeline.output_folder import make_without_links

DIALOGUE, PROMPTS = "dialogue.json", "prompts.yml"
"""Files that weights trained here have besides the published ones: what they were shown and asked."""
_FILES = ("*.json", "*.safetensors", "*.txt", "*.model")
_LARGEST = "5GB"
_HEAD = "language.lm_head.weight"
"""Not told where words are chosen by the weights that read them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class StreamVlnParts:
    """A model and what belongs to it.

    Attributes:
        model: the network.
        tokenizer: its tokenizer.
        dialogue: what it is shown in which turns.
        prompts: what it is asked.
    """

    model: StreamVln
    tokenizer: Any
    dialogue: DialogueConfig
    prompts: Prompts


def load(config: StreamVlnConfig, dtype: torch.dtype = torch.float32) -> StreamVlnParts:
    """Return a model by hub name or folder, or a small random one, on the CPU and in evaluation mode.

    With ``HF_HUB_OFFLINE=1`` only what was downloaded before is found by name.

    Args:
        config: which model; what it is shown and asked counts only where the weights bring nothing of their own.
        dtype: number format of the weights.

    Raises:
        DataError: there is no such model, it is of another kind, a file is missing or broken, or weights are missing,
            left over or of another shape: how many, and the first of each.
    """
    prompts = load_prompts(None if config.prompt_template is None else Path(config.prompt_template))
    if config.source == TINY:
        model, tokenizer = build_tiny(config.tiny)
        _attend(model, config.attention)
        return StreamVlnParts(model.to(dtype), tokenizer, config.dialogue, prompts)
    folder = _folder(config.source)
    shape = read_shape(folder)
    dialogue = config.dialogue
    if (folder / DIALOGUE).is_file():
        dialogue = read_config(folder / DIALOGUE, DialogueConfig, "dialogue configuration", "a trained model")
        prompts = load_prompts(folder / PROMPTS)
    tokenizer = _tokenizer(folder)
    model = with_published_weights(folder, shape, dtype)
    _attend(model, config.attention)
    return StreamVlnParts(model, tokenizer, dialogue, prompts)


def save(parts: StreamVlnParts, folder: Path, weights: dict[str, Tensor] | None = None) -> None:
    """Write a model in the published layout, with what it is shown and asked.

    Args:
        parts: the model and what belongs to it.
        folder: where to; files of the same names are replaced.
        weights: by the names here, in place of the model's own.

    Raises:
        DataError: the folder holds links.
        OSError: the disk is full, for instance.
    """
    make_without_links(folder)
    told = _untied(dict(parts.model.state_dict() if weights is None else weights), parts.model.shape)
    write_shards({published_name(name): value for name, value in told.items()}, folder, _LARGEST)
    config = json.dumps(published_config(parts.model.shape), indent=2)
    (folder / "config.json").write_text(config + "\n", encoding="utf-8")
    parts.tokenizer.save_pretrained(folder)
    (folder / DIALOGUE).write_text(parts.dialogue.model_dump_json(indent=2) + "\n", encoding="utf-8")
    (folder / PROMPTS).write_text(parts.prompts.dump(), encoding="utf-8")


def with_published_weights(folder: Path, shape: Shape, dtype: torch.dtype) -> StreamVln:
    """Return a network with the weights of a folder, in evaluation mode; what they have that it does not use is told.

    Raises:
        DataError: a file is missing or broken, or weights are missing, left over or of another shape.
    """
    from transformers import Qwen2Config, Qwen2ForCausalLM, SiglipVisionConfig, SiglipVisionModel

    found = translated(read_shards(folder))
    with torch.device("meta"):
        check_names(folder, _untied(found.weights, shape), _untied(build(shape).state_dict(), shape))
        projecting = projector(shape)
    logger.info("%s: %d weights, unused: %s", folder, len(found.weights), ", ".join(found.unused) or "none")
    projecting.load_state_dict(_under("projector.", found.weights), assign=True)
    vision = SiglipVisionModel.from_pretrained(
        None,
        config=SiglipVisionConfig(**shape.vision, vision_use_head=False),
        state_dict=_under("vision.", found.weights),
        dtype=dtype,
    )
    language = Qwen2ForCausalLM.from_pretrained(
        None, config=Qwen2Config(**shape.text), state_dict=_under("language.", found.weights), dtype=dtype
    )
    return StreamVln(shape, vision, projecting.to(dtype), language).eval()


def _untied(weights: dict[str, Tensor], shape: Shape) -> dict[str, Tensor]:
    tied = shape.text.get("tie_word_embeddings", False)
    return {name: value for name, value in weights.items() if not (tied and name == _HEAD)}


def _under(prefix: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in weights.items() if name.startswith(prefix)}


def _attend(model: StreamVln, attention: str) -> None:
    for part in (model.vision, model.language):
        part.set_attn_implementation(attention)


def _folder(source: str) -> Path:
    """Return the folder of a model, which is downloaded where it is given by name."""
    if Path(source).is_dir():
        return Path(source)
    if Path(source).is_absolute() or source.startswith("."):
        raise DataError(source, "there is no such folder", "name the folder of a StreamVLN, or a hub name")
    try:
        return Path(snapshot_download(source, allow_patterns=list(_FILES)))
    except (OSError, ValueError, HfHubHTTPError, HFValidationError, LocalEntryNotFoundError) as error:
        cause = f"cannot be loaded ({str(error).splitlines()[0][:200]})"
        raise DataError(source, cause, "give a hub name that is reachable, or a whole folder") from error


def _tokenizer(folder: Path) -> Any:
    from transformers import AutoTokenizer, Qwen2Config

    if not any((folder / name).is_file() for name in ("tokenizer.json", "vocab.json")):
        raise DataError(str(folder), "has no tokenizer (tokenizer.json or vocab.json)", "copy the folder anew")
    try:
        return AutoTokenizer.from_pretrained(folder, config=Qwen2Config())  # transformers does not know the own config
    except (OSError, ValueError, ImportError) as error:
        cause = f"its tokenizer cannot be loaded ({str(error).splitlines()[0][:200]})"
        raise DataError(str(folder), cause, "copy the folder anew") from error
