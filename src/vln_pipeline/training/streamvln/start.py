"""The model that a training starts with: which of its weights learn."""

import torch

from vln_pipeline.models.streamvln.load import StreamVlnParts, load
from vln_pipeline.training.streamvln.config import TrainStreamVlnConfig
from vln_pipeline.training.system2.partial_state import tell_only

PARTS = {"mm_vision_tower": "vision.", "mm_mlp_adapter": "projector.", "mm_language_model": "language."}
"""Beginnings of the names of each part's parameters."""
_UNUSED = "vision.post_layernorm."
"""Published with the vision tower, whose output comes before it; it would never have a gradient."""


def fresh_parts(config: TrainStreamVlnConfig) -> StreamVlnParts:
    """Return the model as it starts, with what belongs to it.

    Raises:
        DataError: it cannot be loaded.
    """
    parts = load(config.model, torch.bfloat16 if config.weights == "bf16" else torch.float32)
    model = parts.model
    learning = tuple(PARTS[part] for part in config.mm_tunable_parts)
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(name.startswith(learning) and not name.startswith(_UNUSED))
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    tell_only(model, {name for name, parameter in model.named_parameters() if parameter.requires_grad})
    if config.gradient_checkpointing:
        for part in (model.vision, model.language):
            # Without reentry a checkpointed part may have inputs that need no gradient, as behind a frozen tower.
            part.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return parts
