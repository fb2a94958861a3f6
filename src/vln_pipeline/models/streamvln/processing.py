"""From conversations to what the model takes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.conversation import Message, Said, Visual
from vln_pipeline.models.streamvln.network import VISUAL
from vln_pipeline.models.streamvln.shape import Shape
from vln_pipeline.models.system2.conversation import Role
from vln_pipeline.models.system2.processing import END, IGNORE, START
from vln_pipeline.models.system2.resizing import resized


@dataclass(frozen=True)
class Encoded:
    """One conversation as the model takes it: L words and tokens of images, N images of T tokens each.

    Attributes:
        input_ids: (L,) int64; ``VISUAL`` stands for each token of an image.
        labels: (L,) int64 what is taught, ``IGNORE`` elsewhere.
        images: (N, 3, S, S) uint8.
        kept: (N, T) bool tokens of them that stand among the words.
    """

    input_ids: Tensor
    labels: Tensor
    images: Tensor
    kept: Tensor


class Processor:
    """Turns conversations into tokens and images.

    Args:
        tokenizer: of the model.
        shape: of the network.
        max_length: longest conversation, tokens.
        format_too: whether the tokens of the chat format are taught wherever they stand, as upstream does, and not
            only what the assistant says with what ends it.
    """

    def __init__(self, tokenizer: Any, shape: Shape, max_length: int, *, format_too: bool = False) -> None:
        self.tokenizer, self.shape = tokenizer, shape
        self._limit, self._format_too = max_length, format_too
        self.start_token, self.end_token = tokenizer.convert_tokens_to_ids([START, END])
        self.closing: list[int] = self._tokens(f"{END}\n")
        self._format = {self.start_token, *self.closing}
        self._reserved = sorted({str(token) for token in tokenizer.get_added_vocab()})

    def square(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return an image as the vision tower takes it: (S, S, 3), whatever its proportions were.

        Raises:
            DataError: it is no image.
        """
        image = np.asarray(image)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
            raise DataError("frame", f"is {image.dtype} {image.shape}", "give (h, w, 3) uint8 sRGB")
        return resized(image, (self.shape.image_size, self.shape.image_size))

    def encode(self, messages: Sequence[Message], *, question: bool = False) -> Encoded:
        """Return a conversation, or a part of one, as the model takes it.

        Args:
            messages: what was said, in order.
            question: whether the model is to go on, rather than to learn from what it said.

        Raises:
            DataError: it is too long, a text holds a token of the chat format, or an image is of another size.
        """
        ids: list[int] = []
        labels: list[int] = []
        for message in messages:
            header = self._tokens(f"{START}{message.role}\n")
            said = [token for part in message.parts for token in self._part(part, message.role)]
            tokens = [*header, *said, *self.closing]
            ids += tokens
            if message.role is Role.ASSISTANT:
                labels += [IGNORE] * len(header) + tokens[len(header) :]
            else:
                labels += [IGNORE] * len(tokens)
        if question:
            header = self._tokens(f"{START}{Role.ASSISTANT}\n")
            ids, labels = ids + header, labels + [IGNORE] * len(header)
        if len(ids) > self._limit:
            words = sum(token != VISUAL for token in ids)
            cause = f"has {len(ids)} tokens, {words} of them words, more than max_length={self._limit}"
            raise DataError("conversation", cause, "shorten the texts, show fewer frames, or raise max_length")
        if self._format_too:
            labels = [token if token in self._format else label for token, label in zip(ids, labels, strict=True)]
        images, kept = self._seen([part for message in messages for part in message.parts if isinstance(part, Visual)])
        return Encoded(torch.tensor(ids), torch.tensor(labels), images, kept)

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the words of tokens, without those of the chat format."""
        text: str = self.tokenizer.decode(tokens, skip_special_tokens=True)
        return text

    def _part(self, part: str | Visual | Said, role: Role) -> Iterator[int]:
        """Yield the tokens of one part of a message."""
        if isinstance(part, Visual):
            shown = len(part.images) * self.shape.side**2 if part.kept is None else int(part.kept.sum())
            yield from [VISUAL] * shown
        elif isinstance(part, Said):
            yield from part.tokens
        else:
            found = [token for token in self._reserved if token in part]
            if found:
                cause = f"holds {found[0]}, which the chat format keeps for itself"
                raise DataError(f"the {role}'s text", cause, "take it out")
            yield from self._tokens(part)

    def _tokens(self, text: str) -> list[int]:
        tokens: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return tokens

    def _seen(self, visuals: Sequence[Visual]) -> tuple[Tensor, Tensor]:
        """Return (N, 3, S, S) all images and (N, T) which of their tokens are shown."""
        edge, count = self.shape.image_size, self.shape.side**2
        for visual in visuals:
            if visual.images.shape[1:] != (edge, edge, 3):
                cause = f"is {visual.images.shape[1:]}, not ({edge}, {edge}, 3)"
                raise DataError("image", cause, "use Processor.square")
        images = [visual.images for visual in visuals] or [np.zeros((0, edge, edge, 3), np.uint8)]
        kept = [np.ones((len(v.images), count), bool) if v.kept is None else v.kept for v in visuals]
        return (
            torch.from_numpy(np.concatenate(images)).permute(0, 3, 1, 2).contiguous(),
            torch.from_numpy(np.concatenate(kept or [np.zeros((0, count), bool)])),
        )
