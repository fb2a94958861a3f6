"""A small random StreamVLN, made on the spot: for laptops, tests and first runs."""

from typing import Any

import torch
from torch import nn

from vln_pipeline.models.streamvln.config import TinyConfig
from vln_pipeline.models.streamvln.network import StreamVln, build
from vln_pipeline.models.streamvln.prompts import load_prompts
from vln_pipeline.models.streamvln.shape import Shape
from vln_pipeline.models.system2.tiny_tokenizer import train_tokenizer

_POSITIONS = 32_768


def build_tiny(config: TinyConfig) -> tuple[StreamVln, Any]:
    """Return model and tokenizer; the same configuration gives the same weights."""
    tokenizer = train_tokenizer(config.vocabulary, load_prompts(None).texts)
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": config.width,
        "intermediate_size": config.feedforward,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.heads // 2,
        "initializer_range": config.width**-0.5,  # the usual 0.02 is for thousands of channels: few would start silent
        "max_position_embeddings": _POSITIONS,
        "rope_theta": 10_000.0,
        "bos_token_id": None,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "tie_word_embeddings": False,
    }
    vision = {
        "hidden_size": config.vision_width,
        "intermediate_size": 4 * config.vision_width,
        "num_hidden_layers": config.vision_layers,
        "num_attention_heads": config.vision_heads,
        "image_size": config.image_size,
        "patch_size": 14,
    }
    with torch.random.fork_rng():
        torch.manual_seed(config.seed)
        model = build(Shape(vision, text))
        for layer in model.projector.children():
            if isinstance(layer, nn.Linear):  # torch's own start would leave images weaker than words
                nn.init.normal_(layer.weight, std=layer.in_features**-0.5)
    return model.eval(), tokenizer
