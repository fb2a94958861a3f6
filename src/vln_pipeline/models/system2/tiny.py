"""A small random Qwen2.5-VL, made on the spot: for laptops, tests and first runs."""

from dataclasses import astuple
from typing import Any

import torch

from vln_pipeline.models.system2.config import DialogueConfig, TinyConfig
from vln_pipeline.models.system2.prompts import load_prompts
from vln_pipeline.models.system2.tiny_tokenizer import train_tokenizer

_POSITIONS = 8192
_THETA = 5.0
"""Base of the rotary positions, small: of the few channel pairs of a head, the last turn with the columns of an image,
and with the usual 10,000 they would hardly turn at all from one side of it to the other."""


def build_tiny(config: TinyConfig) -> tuple[Any, Any, Any]:
    """Return model, tokenizer and image processor; the same configuration gives the same weights."""
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration, Qwen2VLImageProcessorPil

    prompts = load_prompts(None)
    tokenizer = train_tokenizer(config.vocabulary, [*astuple(prompts)[:-1], *prompts.leads])
    ids = tokenizer.convert_tokens_to_ids
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": config.width,
        "intermediate_size": config.feedforward,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.heads // 2,
        "initializer_range": config.width**-0.5,  # the usual 0.02 is for thousands of channels: few would start silent
        "max_position_embeddings": _POSITIONS,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": _THETA,
            "mrope_section": _sections(config.width // config.heads // 2),
        },
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {
        "depth": config.vision_layers,
        "hidden_size": config.vision_width,
        "intermediate_size": 4 * config.vision_width,
        "num_heads": config.vision_heads,
        "out_hidden_size": config.width,
        "initializer_range": config.vision_width**-0.5,
        "fullatt_block_indexes": [config.vision_layers - 1],
        "window_size": 112,
        "patch_size": 14,
    }
    whole = Qwen2_5_VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=ids("<|image_pad|>"),
        video_token_id=ids("<|video_pad|>"),
        vision_start_token_id=ids("<|vision_start|>"),
        vision_end_token_id=ids("<|vision_end|>"),
        tie_word_embeddings=config.tied,
    )
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        model = Qwen2_5_VLForConditionalGeneration(whole)
    limits = DialogueConfig()
    images = Qwen2VLImageProcessorPil(min_pixels=limits.min_pixels, max_pixels=limits.max_pixels)
    return model.eval(), tokenizer, images


def _sections(pairs: int) -> list[int]:
    """Return how many pairs of channels turn with time, height and width: a quarter, then halves of the rest."""
    time = max(1, pairs // 4)
    height = (pairs - time) // 2
    return [time, height, pairs - time - height]
