"""Names of weights: published ones, and those of the network here."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

_TOWER = "model.vision_tower.vision_tower.vision_model."
_PREFIXES = (
    ("vision.", _TOWER),
    ("projector.", "model.mm_projector."),
    ("language.model.", "model."),
    ("language.lm_head.", "lm_head."),
)
"""Own and published beginnings of names; of several published ones that fit, the first counts."""
_UNUSED = ("model.image_newline", f"{_TOWER}head.")
"""Beginnings of published names that the network has no use for."""


@dataclass(frozen=True)
class Translated:
    """Published weights under the names here.

    Attributes:
        weights: by own name; a name that is not known stays as it is, for whoever compares.
        unused: published names that were left out.
    """

    weights: dict[str, Tensor]
    unused: tuple[str, ...]


def translated(published: Mapping[str, Tensor]) -> Translated:
    """Return published weights under the names here."""
    unused = tuple(name for name in published if name.startswith(_UNUSED))
    return Translated({own_name(name): value for name, value in published.items() if name not in unused}, unused)


def own_name(published: str) -> str:
    """Return the name here of a published one.

    >>> own_name("model.mm_projector.0.weight"), own_name("model.layers.3.mlp.up_proj.weight")
    ('projector.0.weight', 'language.model.layers.3.mlp.up_proj.weight')
    """
    for own, theirs in _PREFIXES:
        if published.startswith(theirs):
            return own + published.removeprefix(theirs)
    return published


def published_name(own: str) -> str:
    """Return the published name of one here."""
    for prefix, theirs in _PREFIXES:
        if own.startswith(prefix):
            return theirs + own.removeprefix(prefix)
    return own
