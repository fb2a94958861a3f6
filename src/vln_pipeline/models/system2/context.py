"""What the language model has read: keys and values that later passes go on from."""

from typing import Any

import torch
from torch import Tensor

from vln_pipeline.models.system2.positions import following


class Context:
    """The keys and values of one conversation, kept while it grows and as far as the next one begins alike.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration``.

    Attributes:
        identities: (n,) int64 what was read: tokens, and for parts of images what tells one image from another.
        positions: (3, n) int64 where, see ``rope_positions``.
    """

    def __init__(self, model: Any) -> None:
        from transformers import DynamicCache

        self._language = model.model.language_model
        self._cache = DynamicCache(config=model.config.get_text_config())
        self.identities = torch.zeros(0, dtype=torch.int64)
        self.positions = torch.zeros(3, 0, dtype=torch.int64)

    def rewind(self, identities: Tensor) -> int:
        """Forget what does not begin like ``identities`` (L,), and return how many tokens are left."""
        shorter = min(len(self.identities), len(identities))
        differing = (self.identities[:shorter] != identities[:shorter]).nonzero()
        shared = int(differing[0]) if len(differing) else shorter
        self.forget(len(self.identities) - shared)
        return shared

    def forget(self, count: int) -> None:
        """Forget the last tokens."""
        if count:
            self._cache.crop(-count)
            self.identities = self.identities[:-count]
            self.positions = self.positions[:, :-count]

    def read(self, embeddings: Tensor, identities: Tensor, positions: Tensor | None = None) -> Tensor:
        """Read on, and return (n, H) last hidden states.

        Args:
            embeddings: (n, H) of what comes next.
            identities: (n,) int64.
            positions: (3, n); None for text, which follows what was read.
        """
        if positions is None:
            positions = following(self.positions, len(identities))
        output = self._language(
            inputs_embeds=embeddings[None],
            position_ids=positions[:, None].to(embeddings.device),
            past_key_values=self._cache,
            use_cache=True,
        )
        self.identities = torch.cat([self.identities, identities])
        self.positions = torch.cat([self.positions, positions], dim=1)
        states: Tensor = output.last_hidden_state[0]
        return states
