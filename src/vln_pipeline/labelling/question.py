"""What a model is asked, and what can be asked."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Question:
    """A prompt with images before it.

    Attributes:
        template: the text the prompt was made from.
        prompt: the text with its placeholders filled.
        images: (h, w, 3) uint8 sRGB each.
    """

    template: str
    prompt: str
    images: tuple[NDArray[np.uint8], ...] = ()

    @classmethod
    def of(cls, template: str, images: Sequence[NDArray[np.uint8]] = (), **values: str | int) -> "Question":
        """Return the question of a template with its values."""
        return cls(template, template.format(**values), tuple(images))


class ChatModel(Protocol):
    """A model that answers questions."""

    @property
    def name(self) -> str:
        """What tells this model and its weights from others."""
        ...

    @property
    def decoding(self) -> Mapping[str, float]:
        """Parameters that decide the answer beside the question."""
        ...

    def answer(self, questions: Sequence[Question]) -> Iterator[str]:
        """Yield the answer to each question, in order.

        Raises:
            DataError: the model cannot be used, or gives no answer.
        """
        ...

    def close(self) -> None:
        """Free weights or connections."""
        ...


def fingerprint(model: ChatModel, question: Question) -> str:
    """Return the SHA-256 of everything that decides an answer, in hexadecimal."""
    images = [
        hashlib.sha256(f"{image.shape}".encode() + np.ascontiguousarray(image).tobytes()).hexdigest()
        for image in question.images
    ]
    content = [model.name, question.template, question.prompt, images, dict(model.decoding)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
