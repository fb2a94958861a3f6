"""What all kinds of samples have in common."""

from typing import Protocol

import numpy as np

from vln_pipeline.models.streamvln.conversation import Message


class Task(Protocol):
    """Conversations of one kind, by number."""

    @property
    def name(self) -> str:
        """Of the kind."""
        ...

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def told(self, place: int) -> str:
        """Return what a sample is taken from, for a person who looks for a bad one."""
        ...

    def messages(self, place: int, random: np.random.Generator) -> tuple[Message, ...]:
        """Return a conversation; a DataError says why it cannot be made."""
        ...
