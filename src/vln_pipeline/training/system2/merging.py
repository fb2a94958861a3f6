"""Weights as they are kept: whole, under the published names."""

from typing import Any

from torch import Tensor, nn

from vln_pipeline.training.sharding import whole

_BESIDE = (".lora_A.", ".lora_B.")
_ADAPTER = "default"
"""What peft calls the updates of a model that has one set of them."""


def merged_weights(model: nn.Module) -> dict[str, Tensor]:
    """Return the weights by their published names, with low-rank updates added to what they update.

    Of a sharded model every process asks for them.

    Args:
        model: with updates of peft's beside some of its layers, or without.
    """
    updated: dict[str, Any] = {
        f"{name}.weight": module for name, module in model.named_modules() if hasattr(module, "get_delta_weight")
    }
    weights = {}
    for name, parameter in model.named_parameters():
        if any(beside in name for beside in _BESIDE):
            continue
        published = name.replace(".base_layer.", ".")
        weight = whole(parameter.detach())
        if published in updated:
            update = whole(updated[published].get_delta_weight(_ADAPTER).detach())
            weight = (weight.float() + update.float()).to(weight.dtype)
        weights[published] = weight
    return weights
