"""Latent plans of a System 2 that does not learn, with gradients to the latent queries."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from vln_pipeline.models.system2.latents import embed
from vln_pipeline.models.system2.positions import following
from vln_pipeline.models.system2.processing import Encoded


def plans_of(model: Any, conversations: Sequence[Encoded], queries: Tensor) -> Tensor:
    """Return (B, Q, H) last hidden states at latent queries that follow conversations.

    Nothing before the queries depends on them, and the model does not learn: so conversations are read without
    gradients, and only the queries, a few tokens, keep what the backward pass needs.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration`` in evaluation mode.
        conversations: B of them, each ending with the pixel goal that the model gave or was to give.
        queries: (Q, H).
    """
    return torch.stack([_plan(model, conversation, queries) for conversation in conversations])


def _plan(model: Any, conversation: Encoded, queries: Tensor) -> Tensor:
    from transformers import DynamicCache

    language, device = model.model.language_model, queries.device
    read = DynamicCache(config=model.config.get_text_config())
    with torch.no_grad():
        language(
            inputs_embeds=embed(model, conversation)[None],
            position_ids=conversation.positions[:, None].to(device),
            past_key_values=read,
            use_cache=True,
        )
    states: Tensor = language(
        inputs_embeds=queries[None].to(model.dtype),
        position_ids=following(conversation.positions, len(queries))[:, None].to(device),
        past_key_values=read,
        use_cache=True,
    ).last_hidden_state[0]
    return states
