"""Parameters of how instructions become numbers."""

from typing import Self

from pydantic import Field, model_validator

from vln_pipeline.config import Config


class WordsConfig(Config):
    """How instructions become numbers."""

    vocabulary: str | None = None
    """File of words and their numbers: an episode file of VLN-CE or VLN-PE with ``instruction_vocab``, or JSON."""
    tokenizer: str | None = None
    """File of a tokenizer as Hugging Face's tokenizers writes it, such as CLIP's ``tokenizer.json``."""
    trained: int = Field(default=1024, ge=300)
    """Tokens of a tokenizer that is trained on all that the template labeller says, where neither file is named."""

    @model_validator(mode="after")
    def _one_counts(self) -> Self:
        given = [name for name in ("vocabulary", "tokenizer") if getattr(self, name) is not None]
        if len(given) > 1:
            raise ValueError("vocabulary and tokenizer are both named; name one")
        if given and "trained" in self.model_fields_set:
            raise ValueError(f"trained is for a tokenizer made here, and {given[0]} is named; leave one out")
        return self
