"""Attention of conversations in one row, each to itself: no mask, and no work on pairs that never meet."""

from typing import Any

import torch
from torch import Tensor

NAME = "sdpa_apart"


def attend_apart(model: Any) -> None:
    """Let a model's language part attend to each conversation of a row by itself.

    Where conversations begin follows from the places that a batch gives beside the positions; passes without them, as
    in generation, are what they were. Only "sdpa" needs this: flash attention does so itself, and "eager" makes a mask.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration``; altered.
    """
    from transformers import AttentionInterface, AttentionMaskInterface

    if model.config.get_text_config()._attn_implementation == "sdpa":
        AttentionInterface.register(NAME, _attention)
        AttentionMaskInterface.register(NAME, _mask)
        model.set_attn_implementation({"text_config": NAME})


def _attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    position_ids: Tensor | None = None,
    **named: Any,
) -> tuple[Tensor, None]:
    """Return (B, L, heads, channels) what is attended to, of (B, heads, L, channels) query, key and value.

    Args:
        module: the layer.
        query: of each token.
        key: of each token.
        value: of each token.
        attention_mask: None where all tokens of a conversation are there.
        position_ids: (B, L) places of the tokens in their conversations; None for one conversation a row.
        named: see ``sdpa_attention_forward``.
    """
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    if attention_mask is not None or position_ids is None or not (position_ids[:, 1:] == 0).any():
        return sdpa_attention_forward(module, query, key, value, attention_mask, **named)
    rows = []
    for number, places in enumerate(position_ids):
        begins = (places == 0).nonzero().flatten().tolist()
        lengths = [end - begin for begin, end in zip(begins, [*begins[1:], len(places)], strict=True)]
        parts = (each[number : number + 1].split(lengths, dim=2) for each in (query, key, value))
        apart = [
            sdpa_attention_forward(module, queries, keys, values, None, **named)[0]
            for queries, keys, values in zip(*parts, strict=True)
        ]
        rows.append(torch.cat(apart, dim=1))
    return torch.cat(rows), None


def _mask(**asked: Any) -> Tensor | None:
    """Return None, which stands for causal attention, where all tokens are there at once, else what sdpa is given."""
    from transformers.masking_utils import sdpa_mask

    whole = asked["attention_mask"] is None and asked["q_length"] == asked["kv_length"]
    return None if whole else sdpa_mask(**asked)
