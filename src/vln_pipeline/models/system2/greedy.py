"""The likeliest next token, one after the other."""

from collections.abc import Collection
from typing import Any, Protocol

import torch
from torch import Tensor


class Reading(Protocol):
    """What was read so far."""

    def read(self, embeddings: Tensor, identities: Tensor) -> Tensor:
        """Read on, (n, H) of (n,) words, and return (n, H) last hidden states."""
        ...


def say(model: Any, context: Reading, state: Tensor, ends: Collection[int], limit: int) -> list[int]:
    """Return the tokens of the greedy answer to what was read; the context then has read them, too.

    Args:
        model: a language model of transformers.
        context: what was read.
        state: (H,) last hidden state there.
        ends: tokens that end the answer; not returned, and not read.
        limit: tokens at most.
    """
    tokens: list[int] = []
    while len(tokens) < limit:
        token = int(model.lm_head(state).argmax())
        if token in ends:
            break
        tokens.append(token)
        one = torch.tensor([token])
        state = context.read(model.get_input_embeddings()(one.to(state.device)), one)[-1]
    return tokens
