"""The model that a training starts with: which of its weights learn, and how."""

from typing import Any

import torch

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.load import System2Parts, load
from vln_pipeline.training.system2.config import LoraConfig, TrainSystem2Config
from vln_pipeline.training.system2.partial_state import tell_only

VISION, MERGER = "model.visual.", "model.visual.merger."


def fresh_parts(config: TrainSystem2Config) -> System2Parts:
    """Return the model as it starts, with what belongs to it.

    Raises:
        DataError: it cannot be loaded, or peft is wanted and not installed.
    """
    parts = load(config.model, torch.bfloat16 if config.weights == "bf16" else torch.float32)
    model = parts.model
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(_learns(name, config))
    if config.lora is not None:
        _add_updates(model, config.lora)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    tell_only(model, {name for name, parameter in model.named_parameters() if parameter.requires_grad})
    if config.gradient_checkpointing:
        # Without reentry a checkpointed part may have inputs that need no gradient, as behind a frozen vision tower.
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
    return parts


def _learns(name: str, config: TrainSystem2Config) -> bool:
    if name.startswith(MERGER):
        return config.train_merger
    if name.startswith(VISION):
        return config.train_vision
    return config.train_llm and config.lora is None


def _add_updates(model: Any, config: LoraConfig) -> None:
    """Put low-rank updates beside layers of the language model, in place."""
    try:
        import peft
    except ImportError as error:
        raise DataError("lora", "the package peft is not installed", 'pip install -e ".[lora]"') from error
    learning = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    adapter = peft.LoraConfig(
        r=config.rank,
        lora_alpha=config.alpha,
        lora_dropout=config.dropout,
        target_modules=rf"model\.language_model\..*\.({'|'.join(config.layers)})",
    )
    try:
        peft.inject_adapter_in_model(adapter, model)
    except ValueError as error:
        raise DataError(
            "lora.layers", f"no layer of the language model is called {', '.join(config.layers)}"
        ) from error
    for name in learning:  # peft froze everything else
        model.get_parameter(name).requires_grad_(True)
