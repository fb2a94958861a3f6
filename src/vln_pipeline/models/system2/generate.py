"""System 2 at work: greedy answers, and latent plans, from what it has read already."""

import hashlib
from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor

from vln_pipeline.models.system2.answer import PixelGoal, parse
from vln_pipeline.models.system2.context import Context
from vln_pipeline.models.system2.conversation import Conversation, View
from vln_pipeline.models.system2.greedy import say
from vln_pipeline.models.system2.latents import image_features
from vln_pipeline.models.system2.load import System2Parts
from vln_pipeline.models.system2.plan import LatentPlan, Planned
from vln_pipeline.models.system2.processing import Encoded, Processor

_LATENT = -1
"""Identity of a latent query; a token's is its number, an image's lies below."""


class System2:
    """Answers conversations; one at a time, as it goes on from the one before as far as both begin alike.

    Args:
        parts: the model and what belongs to it.
        max_new_tokens: longest answer; what was said until then is parsed.
        kept_images: images whose embeddings are kept, the latest ones.
    """

    def __init__(self, parts: System2Parts, max_new_tokens: int = 32, kept_images: int = 64) -> None:
        self.parts, self._model = parts, parts.model.eval()
        self.processor = Processor(parts.tokenizer, parts.image_processor, parts.dialogue)
        self._limit, self._kept = max_new_tokens, kept_images
        self._closing = [self.processor.end_token, *parts.tokenizer("\n", add_special_tokens=False)["input_ids"]]
        self._ends = {self.processor.end_token, parts.tokenizer.pad_token_id}
        self._images: OrderedDict[int, Tensor] = OrderedDict()
        self._context = Context(self._model)

    @property
    def hidden_size(self) -> int:
        """Width of a latent plan."""
        size: int = self._model.config.get_text_config().hidden_size
        return size

    @property
    def goal_size(self) -> tuple[int, int]:
        """Width and height that pixel goals are told in."""
        return self.parts.dialogue.goal_size

    def reset(self) -> None:
        """Forget everything that was read."""
        self._images.clear()
        self._context = Context(self._model)

    @torch.no_grad()
    def plan(self, conversation: Conversation, latent_queries: Tensor | None = None) -> Planned:
        """Return the answer to a conversation that ends with a question; see ``Planner``.

        Raises:
            DataError: the conversation cannot be encoded.
        """
        encoded = self.processor.encode(conversation, question=True)
        state = self._read(encoded, torch.tensor([_identity(view) for view in conversation.views], dtype=torch.int64))
        text = self.processor.decode(say(self._model, self._context, state, self._ends, self._limit))
        answer = parse(text, self.goal_size)
        if latent_queries is None or not isinstance(answer, PixelGoal):
            return Planned(text, answer, None)
        return Planned(text, answer, LatentPlan(self.latent(latent_queries)))

    @torch.no_grad()
    def latent(self, queries: Tensor) -> Tensor:
        """Return (Q, H) last hidden states at (Q, H) queries that follow the answer which was given last."""
        closing = torch.tensor(self._closing)
        embeddings = torch.cat([self._embedded(closing), queries.to(self._model.device, self._model.dtype)])
        states = self._context.read(embeddings, torch.cat([closing, torch.full((len(queries),), _LATENT)]))
        # The queries are not part of the conversation, nor may they be asked twice.
        self._context.forget(len(embeddings))
        return states[len(closing) :]

    def _read(self, encoded: Encoded, images: Tensor) -> Tensor:
        """Read what was not read before, and return (H,) the last hidden state.

        Args:
            encoded: the conversation.
            images: (N,) identities of its images.
        """
        places = encoded.input_ids == encoded.image_token
        counts = encoded.image_grid.prod(dim=1) // self.processor.merge**2
        identities = encoded.input_ids.masked_scatter(places, images.repeat_interleave(counts))
        shared = self._context.rewind(identities[:-1])  # the last token is read again, for its state
        embeddings = self._embedded(encoded.input_ids[shared:])
        # Images are shared whole or not at all, since all tokens of one have the same identity.
        first = int(torch.searchsorted(counts.cumsum(0), places[:shared].sum(), right=True))
        if first < len(images):
            embeddings[places[shared:]] = self._seen(encoded, images.tolist(), first).to(embeddings.dtype)
        return self._context.read(embeddings, identities[shared:], encoded.positions[:, shared:])[-1]

    def _embedded(self, tokens: Tensor) -> Tensor:
        embeddings: Tensor = self._model.get_input_embeddings()(tokens.to(self._model.device))
        return embeddings

    def _seen(self, encoded: Encoded, identities: list[int], first: int) -> Tensor:
        """Return (n, H) the embeddings of the images from the first one on; only new ones are computed."""
        wanted = identities[first:]
        new = {identity: number for number, identity in enumerate(wanted, first) if identity not in self._images}
        if new:
            numbers = list(new.values())
            patches = encoded.pixel_values.split(encoded.image_grid.prod(dim=1).tolist())
            chosen = torch.cat([patches[number] for number in numbers])
            self._images |= zip(new, image_features(self._model, chosen, encoded.image_grid[numbers]), strict=True)
        for identity in wanted:
            self._images.move_to_end(identity)
        seen = torch.cat([self._images[identity] for identity in wanted])
        while len(self._images) > self._kept:
            self._images.popitem(last=False)
        return seen


def _identity(view: View) -> int:
    """Return a number below those of tokens and queries that tells an image from others."""
    image = np.ascontiguousarray(view.image)
    digest = hashlib.blake2b(f"{image.shape} {view.look_down}".encode(), digest_size=8)
    digest.update(image.data)
    return _LATENT - 1 - int.from_bytes(digest.digest(), "little") // 4
