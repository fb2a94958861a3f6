"""Conversations with StreamVLN, before they become tokens."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.streamvln.config import DialogueConfig
from vln_pipeline.models.streamvln.prompts import Prompts
from vln_pipeline.models.system2.conversation import Role
from vln_pipeline.prompt_file import filled, joined


@dataclass(frozen=True, eq=False)
class Visual:
    """Images in the place of one word: a frame, the memory, a video, or a picture in tiles.

    Attributes:
        images: (n, S, S, 3) uint8 sRGB, as the vision tower takes them, see ``Processor.square``.
        kept: (n, T) bool which of their tokens are shown; None for all.
    """

    images: NDArray[np.uint8]
    kept: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class Said:
    """What the model said, token by token: a text may be written in other tokens than it was said in.

    Attributes:
        tokens: their numbers.
    """

    tokens: tuple[int, ...]


Part = Visual | Said
_Values = dict[str, Sequence[str | Part]]


@dataclass(frozen=True)
class Message:
    """What one side says.

    Attributes:
        role: who.
        parts: texts and images in order.
    """

    role: Role
    parts: tuple[str | Part, ...]


class Dialogue:
    """Puts a walk in turns.

    Args:
        prompts: the words.
    """

    def __init__(self, prompts: Prompts) -> None:
        self.prompts = prompts

    def first(self, instruction: str, memory: Visual | None, view: Visual, lead: int = 0) -> tuple[Message, ...]:
        """Return what a conversation begins with.

        Args:
            instruction: the route in words.
            memory: what was seen before; None at the start of the walk.
            view: the current frame.
            lead: number of the wording that introduces it.
        """
        prompts = self.prompts
        recalled: _Values = {} if memory is None else {"memory": [memory]}
        values: _Values = {
            "instruction": [instruction],
            "remembered": filled(prompts.remembered, recalled) if recalled else [],
            "now": self._now(view, lead),
        }
        asked = Message(Role.USER, joined(filled(prompts.question, values)))
        return Message(Role.SYSTEM, (prompts.system,)), asked

    def later(self, view: Visual, lead: int = 0) -> Message:
        """Return what a later turn shows; arguments as for ``first``."""
        return Message(Role.USER, joined(self._now(view, lead)))

    def _now(self, view: Visual, lead: int) -> list[str | Part]:
        values: _Values = {"lead": [self.prompts.leads[lead]], "view": [view]}
        return filled(self.prompts.now, values)


def answered(text: str) -> Message:
    """Return an answer."""
    return Message(Role.ASSISTANT, (text,))


def remembered_frames(start: int, config: DialogueConfig) -> NDArray[np.int64]:
    """Return the numbers of the frames that a conversation remembers, evenly spread over the way before it.

    Args:
        start: number of its first frame, from 0; a multiple of the window.
        config: how many.
    """
    if start == 0 or config.history == 0:
        return np.zeros(0, dtype=np.int64)
    return np.arange(0, start, start // config.history)
