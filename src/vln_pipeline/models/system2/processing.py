"""From conversations to what the model takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.config import DialogueConfig
from vln_pipeline.models.system2.conversation import Conversation, Message, Role, View
from vln_pipeline.models.system2.positions import rope_positions
from vln_pipeline.models.system2.resizing import resized

IGNORE = -100
"""Label of a token that is not learned."""
START, END, IMAGE = "<|im_start|>", "<|im_end|>", "<|image_pad|>"
_FRAMED = f"<|vision_start|>{IMAGE}<|vision_end|>"
_ROLE_TOKENS = 3
"""Tokens of a message before what is said: its start, the role, a line break."""


@dataclass(frozen=True)
class Encoded:
    """One conversation as the model takes it: L tokens, N images, P patches.

    Attributes:
        input_ids: (L,) int64.
        labels: (L,) int64 the tokens of the assistant's messages with what ends them, ``IGNORE`` elsewhere.
        positions: (3, L) int64, see ``rope_positions``.
        pixel_values: (P, C) float32 patches of all images.
        image_grid: (N, 3) int64 frames, rows and columns of the patches of each image.
        image_token: the token that stands for a part of an image.
    """

    input_ids: Tensor
    labels: Tensor
    positions: Tensor
    pixel_values: Tensor
    image_grid: Tensor
    image_token: int

    @property
    def mm_token_type_ids(self) -> Tensor:
        """(L,) int64, 1 for parts of images: without it transformers takes all positions for text."""
        return (self.input_ids == self.image_token).long()


class Processor:
    """Turns conversations into tokens and patches.

    Args:
        tokenizer: of the model.
        image_processor: of the model; its limits on pixels are replaced.
        config: sizes of images, limits.
    """

    def __init__(self, tokenizer: Any, image_processor: Any, config: DialogueConfig) -> None:
        self.tokenizer, self.image_processor, self.config = tokenizer, image_processor, config
        image_processor.size = {"shortest_edge": config.min_pixels, "longest_edge": config.max_pixels}
        self.image_token, self.end_token = tokenizer.convert_tokens_to_ids([IMAGE, END])
        self.merge: int = image_processor.merge_size
        self.patch_values = 3 * image_processor.temporal_patch_size * image_processor.patch_size**2
        self._reserved = sorted({str(token) for token in tokenizer.get_added_vocab()})

    def encode(self, conversation: Conversation, *, question: bool = False) -> Encoded:
        """Return a conversation as the model takes it.

        Args:
            conversation: what was said.
            question: whether the model is to go on, rather than to learn from what it said.

        Raises:
            DataError: the conversation is too long, a text holds a token of the chat format, or an image is none.
        """
        pixel_values, image_grid = self._patches(conversation.views)
        counts = iter((image_grid.prod(dim=1) // self.merge**2).tolist())
        ids: list[int] = []
        labels: list[int] = []
        for message in conversation.messages:
            tokens = self._tokens(f"{START}{message.role}\n{self._text(message)}{END}\n", counts)
            ids += tokens
            taught = message.role is Role.ASSISTANT
            labels += [IGNORE] * _ROLE_TOKENS + tokens[_ROLE_TOKENS:] if taught else [IGNORE] * len(tokens)
        if question:
            tokens = self._tokens(f"{START}{Role.ASSISTANT}\n", counts)
            ids += tokens
            labels += [IGNORE] * len(tokens)
        input_ids = torch.tensor(ids)
        self._check_length(input_ids)
        positions = rope_positions(input_ids, image_grid, self.image_token, self.merge)
        return Encoded(input_ids, torch.tensor(labels), positions, pixel_values, image_grid, self.image_token)

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the words of tokens, without those of the chat format."""
        text: str = self.tokenizer.decode(tokens, skip_special_tokens=True)
        return text

    def _patches(self, views: Sequence[View]) -> tuple[Tensor, Tensor]:
        """Return (P, C) patches and (N, 3) their grids."""
        if not views:
            return torch.zeros(0, self.patch_values), torch.zeros(0, 3, dtype=torch.int64)
        try:
            made = self.image_processor(images=[self._resized(view) for view in views], return_tensors="pt")
        except ValueError as error:
            raise DataError("view", str(error), "give images of ordinary proportions") from error
        return made["pixel_values"], made["image_grid_thw"]

    def _resized(self, view: View) -> NDArray[np.uint8]:
        image = np.asarray(view.image)
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or 0 in image.shape:
            raise DataError("view", f"is {image.dtype} {image.shape}", "give (h, w, 3) uint8 sRGB")
        square = (self.config.view_size, self.config.view_size)
        as_given = (image.shape[1], image.shape[0])
        return resized(image, self.config.look_down_size or as_given if view.look_down else square)

    def _text(self, message: Message) -> str:
        for part in message.parts:
            found = [token for token in self._reserved if isinstance(part, str) and token in part]
            if found:
                cause = f"holds {found[0]}, which the chat format keeps for itself"
                raise DataError(f"the {message.role}'s text", cause, "take it out")
        return "".join(part if isinstance(part, str) else _FRAMED for part in message.parts)

    def _tokens(self, text: str, counts: Any) -> list[int]:
        """Return the tokens of a text, each image token as often as the next image has merged patches."""
        tokens: list[int] = []
        for token in self.tokenizer(text, add_special_tokens=False)["input_ids"]:
            tokens += [token] * (next(counts) if token == self.image_token else 1)
        return tokens

    def _check_length(self, input_ids: Tensor) -> None:
        length, limit = len(input_ids), self.config.max_length
        if length > limit:
            words = length - int((input_ids == self.image_token).sum())
            cause = f"has {length} tokens, {words} of them words, more than max_length={limit}"
            raise DataError("conversation", cause, "shorten the instruction, show fewer views, or raise max_length")
