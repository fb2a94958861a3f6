"""Latent plans by one pass over whole conversations, with gradients to the latent queries."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from vln_pipeline.models.system2.positions import following
from vln_pipeline.models.system2.processing import Encoded


def latent_plans(model: Any, conversations: Sequence[Encoded], latent_queries: Tensor) -> Tensor:
    """Return (B, Q, H) last hidden states at latent queries that follow conversations, line break included.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration``.
        conversations: B of them, each ending with the pixel goal that the model gave or was to give.
        latent_queries: (Q, H).
    """
    queries = latent_queries.to(model.dtype)
    embedded = [torch.cat([embed(model, one), queries]) for one in conversations]
    positions = [torch.cat([one.positions, following(one.positions, len(queries))], dim=1) for one in conversations]
    # Padding on the right: what comes later is never looked at, so it needs no mask.
    states = model.model.language_model(
        inputs_embeds=pad_sequence(embedded, batch_first=True),
        position_ids=pad_sequence([own.T for own in positions], batch_first=True).movedim(-1, 0).to(queries.device),
        use_cache=False,
    ).last_hidden_state
    return torch.stack([row[len(own) - len(queries) : len(own)] for row, own in zip(states, embedded, strict=True)])


def embed(model: Any, conversation: Encoded) -> Tensor:
    """Return (L, H) embeddings of a conversation, its images among them."""
    device = model.device
    embeddings: Tensor = model.get_input_embeddings()(conversation.input_ids.to(device))
    if len(conversation.image_grid) == 0:
        return embeddings
    features = image_features(model, conversation.pixel_values, conversation.image_grid)
    places = (conversation.input_ids == conversation.image_token).to(device)
    return embeddings.masked_scatter(places[:, None], torch.cat(features).to(embeddings.dtype))


def image_features(model: Any, pixel_values: Tensor, image_grid: Tensor) -> tuple[Tensor, ...]:
    """Return the (n, H) embeddings of each image.

    Args:
        model: a ``Qwen2_5_VLForConditionalGeneration``.
        pixel_values: (P, C) patches of all images.
        image_grid: (N, 3) their grids.
    """
    device = model.device
    seen: tuple[Tensor, ...] = model.model.get_image_features(
        pixel_values.to(device), image_grid.to(device), return_dict=True
    ).pooler_output
    return seen
