"""Published folders read, and written."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.bridge.build import Network, build
from vln_pipeline.models.bridge.config import BridgeConfig
from vln_pipeline.models.navdp.weights import check_names
from vln_pipeline.models.official.configuration import bridge_config, published_config, read_config, system2_config
from vln_pipeline.models.official.names import Divided, divided, united
from vln_pipeline.models.official.shards import read_shards, write_shards
from vln_pipeline.models.official.words import write_image_processor, write_tokenizer
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.load import System2Parts
from vln_pipeline.models.system2.prompts import load_prompts
from vln_pipeline.models.trained_cameras import CAMERAS, TrainedCameras, read_cameras
from vln_pipeline.output_folder import make_without_links

_EMBEDDING, _HEAD = "model.language_model.embed_tokens.weight", "lm_head.weight"


@dataclass(frozen=True)
class Official:
    """What a published folder holds.

    Attributes:
        parts: System 2 with what belongs to it, on the CPU and in evaluation mode.
        network: System 1 likewise; None in a folder of System 2 alone.
        config: ``config.json`` as it was.
        cameras: that the models learned from; None in a folder that does not tell, as published ones.
    """

    parts: System2Parts
    network: Network | None
    config: dict[str, Any]
    cameras: TrainedCameras | None


def from_official(folder: Path, *, shape: BridgeConfig | None = None, prompt_template: Path | None = None) -> Official:
    """Read a folder of InternVLA-N1: System 2 alone, DualVLN, w-NavDP, or its preview.

    Weights keep the number format that they have in the files.

    Args:
        folder: with config.json, weights, tokenizer and image processor.
        shape: sizes of System 1, where they are not the published ones.
        prompt_template: what System 2 was asked in its training; None for this project's own prompts.

    Raises:
        DataError: a file is missing or broken, or weights are missing, left over or of another shape: how many, and
            the first of each.
    """
    raw = read_config(folder)
    weights = divided(read_shards(folder))
    bridge = bridge_config(raw, BridgeConfig() if shape is None else shape)
    if bridge is None and weights.system1:
        cause = f"has {len(weights.system1)} weights of a System 1, but config.json does not say which it is"
        raise DataError(str(folder), cause, "give the folder as it was published")
    network = None if bridge is None else _system1(folder, bridge, weights.system1)
    config = system2_config(raw)
    tokenizer, images = _read_words_and_images(folder, config)
    model = _system2(folder, config, weights.system2)
    return Official(
        System2Parts(model, tokenizer, images, DialogueConfig(), load_prompts(prompt_template)),
        network,
        raw,
        read_cameras(folder),
    )


def to_official(
    folder: Path,
    parts: System2Parts,
    network: Network | None,
    *,
    config: dict[str, Any] | None = None,
    cameras: TrainedCameras | None = None,
    largest_file: str = "5GB",
) -> None:
    """Write both models in the layout of published folders, for transformers 4.51 and later.

    Args:
        folder: what is there under the same names is replaced; it holds no links.
        parts: System 2 and what belongs to it.
        network: System 1; None for System 2 alone.
        config: ``config.json``, for instance as it was read; None to make it from the models.
        cameras: that the models learned from, for a file beside the weights; None where nobody knows.
        largest_file: size of a file of weights at most.

    Raises:
        DataError: the folder holds links, which lead to files of others.
        OSError: the disk is full, for instance.
    """
    make_without_links(folder)
    system2 = dict(parts.model.state_dict())
    if parts.model.config.tie_word_embeddings:
        del system2[_HEAD]
    system1 = {} if network is None else network.state_dict()
    write_shards(united(Divided(system2, system1)), folder, largest_file)
    write_tokenizer(parts.tokenizer, folder)
    write_image_processor(parts.image_processor, folder)
    raw = published_config(parts.model, network) if config is None else config
    (folder / "config.json").write_text(json.dumps(raw, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if cameras is None:  # a record that is there already is of other models
        (folder / CAMERAS).unlink(missing_ok=True)
    else:
        cameras.write(folder)


def _system1(folder: Path, config: BridgeConfig, weights: dict[str, Tensor]) -> Network:
    network = build(config)
    check_names(folder, weights, network.state_dict())
    network.load_state_dict(weights, assign=True)
    return network.eval()


def _system2(folder: Path, config: Any, weights: dict[str, Tensor]) -> Any:
    from transformers import Qwen2_5_VLForConditionalGeneration

    with torch.device("meta"):
        expected = Qwen2_5_VLForConditionalGeneration(config).state_dict()
    if config.tie_word_embeddings:
        weights = {name: value for name, value in weights.items() if name != _HEAD}
        expected.pop(_HEAD, None)
    check_names(folder, weights, expected)
    return Qwen2_5_VLForConditionalGeneration.from_pretrained(
        None, config=config, state_dict=weights, dtype=weights[_EMBEDDING].dtype
    ).eval()


def _read_words_and_images(folder: Path, config: Any) -> tuple[Any, Any]:
    from transformers import AutoTokenizer, Qwen2VLImageProcessorPil

    try:
        return AutoTokenizer.from_pretrained(folder, config=config), Qwen2VLImageProcessorPil.from_pretrained(folder)
    except (OSError, ValueError, ImportError) as error:
        cause = f"tokenizer or image processor cannot be loaded ({str(error).splitlines()[0][:200]})"
        raise DataError(str(folder), cause, "copy the folder anew") from error
