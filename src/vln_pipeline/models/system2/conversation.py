"""Conversations with System 2, before they become tokens."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.models.system2.prompts import Prompts
from vln_pipeline.prompt_file import filled, joined


class Role(StrEnum):
    """Who says something."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, eq=False)
class View:
    """An image in a conversation.

    Attributes:
        image: (h, w, 3) uint8 sRGB.
        look_down: whether it is the view of the floor that pixel goals are given in.
    """

    image: NDArray[np.uint8]
    look_down: bool = False


@dataclass(frozen=True)
class Message:
    """What one side says.

    Attributes:
        role: who.
        parts: texts and images in order.
    """

    role: Role
    parts: tuple[str | View, ...]


@dataclass(frozen=True)
class Conversation:
    """What was said so far.

    Attributes:
        messages: in order, the system's first.
    """

    messages: tuple[Message, ...]

    @property
    def views(self) -> tuple[View, ...]:
        """All images, in order."""
        return tuple(part for message in self.messages for part in message.parts if isinstance(part, View))

    def answered(self, text: str) -> "Conversation":
        """Return the conversation with an answer of the model."""
        return Conversation((*self.messages, Message(Role.ASSISTANT, (text,))))


class Dialogue:
    """Puts questions in words.

    Args:
        prompts: the words.
    """

    def __init__(self, prompts: Prompts) -> None:
        self.prompts = prompts

    def ask(
        self,
        instruction: str,
        history: Sequence[NDArray[np.uint8]],
        current: NDArray[np.uint8],
        lead: int = 0,
    ) -> Conversation:
        """Return the question where to go next.

        Args:
            instruction: the route in words.
            history: (h, w, 3) uint8 earlier views, oldest first; see ``history_frames``.
            current: (h, w, 3) uint8 the view from here.
            lead: number of the wording that introduces the current view.
        """
        prompts = self.prompts
        views = [part for image in history for part in filled(prompts.remembered_view, {"view": [View(image)]})]
        values: dict[str, Sequence[str | View]] = {
            "instruction": [instruction],
            "remembered": filled(prompts.remembered, {"views": views}) if views else [],
            "now": filled(prompts.now, {"lead": [prompts.leads[lead]], "view": [View(current)]}),
        }
        system = Message(Role.SYSTEM, (prompts.system,))
        return Conversation((system, Message(Role.USER, joined(filled(prompts.question, values)))))

    def look_down(self, conversation: Conversation, image: NDArray[np.uint8], lead: int = 0) -> Conversation:
        """Return the conversation after the model was shown the floor, as it had asked.

        Args:
            conversation: ends with the model's answer.
            image: (h, w, 3) uint8 the view tilted down.
            lead: number of the wording that introduces it.
        """
        values: dict[str, Sequence[str | View]] = {
            "lead": [self.prompts.leads[lead]],
            "view": [View(image, look_down=True)],
        }
        parts = joined(filled(self.prompts.look_down, values))
        return Conversation((*conversation.messages, Message(Role.USER, parts)))


def history_frames(frame: int, count: int) -> NDArray[np.int64]:
    """Return the numbers of the earlier frames that are shown at a frame, evenly spread over the way so far.

    Args:
        frame: number of the current frame, from 0.
        count: frames shown at most.
    """
    if frame == 0 or count == 0:
        return np.zeros(0, dtype=np.int64)
    return np.unique(np.linspace(0, frame - 1, count).astype(np.int64))
