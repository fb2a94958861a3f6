"""Names of weights: published ones, and those of this project's two models."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

_SYSTEM1 = (
    "latent_queries", "traj_dit", "action_encoder", "action_decoder", "cond_projector", "rgb_model", "memory_encoder",
    "rgb_resampler", "navdp",
)  # fmt: skip
"""What System 1 consists of, below ``model.``."""
_OF_SYSTEM1 = re.compile(rf"model\.((?:{'|'.join(_SYSTEM1)})(?:\..*)?)")
_TO_CURRENT = (
    (re.compile(r"visual\.(.*)"), r"model.visual.\1"),
    (re.compile(r"model\.((?:embed_tokens|layers|norm)\..*)"), r"model.language_model.\1"),
)
_TO_PUBLISHED = (
    (re.compile(r"model\.visual\.(.*)"), r"visual.\1"),
    (re.compile(r"model\.language_model\.(.*)"), r"model.\1"),
)


@dataclass(frozen=True)
class Divided:
    """Weights by the model that they belong to, under its own names.

    Attributes:
        system2: of a ``Qwen2_5_VLForConditionalGeneration``.
        system1: of a network that follows latent plans; empty where there is none.
    """

    system2: dict[str, Tensor]
    system1: dict[str, Tensor]


def divided(published: Mapping[str, Tensor]) -> Divided:
    """Return published weights by model; names of later releases of transformers are known as well."""
    parts = Divided({}, {})
    for name, value in published.items():
        own = _OF_SYSTEM1.fullmatch(name)
        if own:
            parts.system1[own[1]] = value
        else:
            parts.system2[_renamed(name, _TO_CURRENT)] = value
    return parts


def united(parts: Divided) -> dict[str, Tensor]:
    """Return the weights of both models under their published names."""
    system2 = {_renamed(name, _TO_PUBLISHED): value for name, value in parts.system2.items()}
    return system2 | {f"model.{name}": value for name, value in parts.system1.items()}


def _renamed(name: str, rules: tuple[tuple[re.Pattern[str], str], ...]) -> str:
    for pattern, replacement in rules:
        if pattern.fullmatch(name):
            return pattern.sub(replacement, name)
    return name
