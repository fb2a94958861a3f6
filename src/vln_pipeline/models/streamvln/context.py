"""What the language model has read: keys and values that later passes go on from."""

from typing import Any

from torch import Tensor


class Context:
    """The keys and values of one conversation, which only grows.

    Args:
        language: a ``Qwen2ForCausalLM``.
    """

    def __init__(self, language: Any) -> None:
        from transformers import DynamicCache

        self._language = language.model
        self._cache = DynamicCache(config=language.config)

    def __len__(self) -> int:
        """Return how many tokens were read."""
        return int(self._cache.get_seq_length())

    def read(self, embeddings: Tensor, identities: Tensor) -> Tensor:  # noqa: ARG002  (as others read)
        """Read on, and return (n, H) last hidden states.

        Args:
            embeddings: (n, H) of what comes next.
            identities: (n,) the words; not looked at.
        """
        output = self._language(inputs_embeds=embeddings[None], past_key_values=self._cache, use_cache=True)
        states: Tensor = output.last_hidden_state[0]
        return states
