"""The network: images to tokens, tokens among words, words to the next word."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, interpolate, max_pool2d

from vln_pipeline.models.streamvln.shape import Shape

VISUAL = -200
"""Stands in the place of a word for a token of an image."""


class StreamVln(nn.Module):
    """SigLIP, two linear layers, Qwen2.

    Args:
        shape: sizes.
        vision: a ``SiglipVisionModel`` without head, whose last norm is not used.
        projector: from the vision tower's channels to the language model's.
        language: a ``Qwen2ForCausalLM``.
    """

    def __init__(self, shape: Shape, vision: Any, projector: nn.Module, language: Any) -> None:
        super().__init__()
        self.shape, self.vision, self.projector, self.language = shape, vision, projector, language

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        return next(self.parameters()).device

    def see(self, images: Tensor) -> Tensor:
        """Return (N, T, H) tokens of images, row by row.

        Args:
            images: (N, 3, S, S) uint8 sRGB.
        """
        pixels = images.to(self.device, self.vision.dtype) / 127.5 - 1
        states = self.vision.encoder(inputs_embeds=self.vision.embeddings(pixels)).last_hidden_state
        grid = self.projector(states).transpose(1, 2).unflatten(2, (self.shape.patches, self.shape.patches))
        if self.shape.pool == "bilinear":
            pooled = interpolate(grid, size=(self.shape.side, self.shape.side), mode="bilinear")
        else:
            pooled = (avg_pool2d if self.shape.pool == "average" else max_pool2d)(grid, self.shape.stride)
        return pooled.flatten(2).transpose(1, 2)

    def embed(self, input_ids: Tensor, tokens: Tensor) -> Tensor:
        """Return (..., H) embeddings of words, with those of images where ``VISUAL`` stands.

        Args:
            input_ids: (...,) int64.
            tokens: (n, H) of images, in order.
        """
        places = (input_ids == VISUAL)[..., None].to(self.device)
        words: Tensor = self.language.get_input_embeddings()(input_ids.clamp(min=0).to(self.device))
        return words.masked_scatter(places, tokens.to(words.dtype))

    def forward(self, input_ids: Tensor, images: Tensor, kept: Tensor, taught: Tensor) -> Tensor:
        """Return (n, V) logits of the words that follow some places.

        Args:
            input_ids: (B, L) int64, rows padded on the right, where no word looks at the padding.
            images: (N, 3, S, S) uint8 of all rows, in order.
            kept: (N, T) bool tokens of them that stand among the words.
            taught: (B, L) bool the places, n of them.
        """
        if len(images):
            tokens = self.see(images)[kept]
        else:  # every weight takes part in every step, or processes that share a training wait for its gradient
            tokens = self.see(images.new_zeros(1, 3, self.shape.image_size, self.shape.image_size))[0] * 0
        embeddings = self.embed(input_ids, tokens)
        if not len(images):
            embeddings = embeddings + tokens.sum()
        states = self.language.model(inputs_embeds=embeddings, use_cache=False).last_hidden_state
        logits: Tensor = self.language.lm_head(states[taught])
        return logits


def build(shape: Shape) -> StreamVln:
    """Return a network with random weights, by torch's generator."""
    from transformers import Qwen2Config, Qwen2ForCausalLM, SiglipVisionConfig, SiglipVisionModel

    vision = SiglipVisionModel(SiglipVisionConfig(**shape.vision, vision_use_head=False))
    language = Qwen2ForCausalLM(Qwen2Config(**shape.text))
    return StreamVln(shape, vision, projector(shape), language)


def projector(shape: Shape) -> nn.Sequential:
    """Return the two linear layers between vision tower and language model."""
    width = shape.text["hidden_size"]
    return nn.Sequential(nn.Linear(shape.vision["hidden_size"], width), nn.GELU(), nn.Linear(width, width))
