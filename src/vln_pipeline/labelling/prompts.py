"""Prompts of the model labellers, built in or from a user's file."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.prompt_file import check_placeholders, read_prompts

_PLACEHOLDERS: Mapping[str, Mapping[str, bool]] = {
    "clip": {"motion": True, "objects": False, "count": False},
    "rewrite": {"description": True, "motion": False},
    "summary": {"steps": True, "style": True, "events": False},
    "correction": {"instruction": True, "complaints": True, "events": False},
}
"""Which placeholders each prompt may have, and whether it must have them."""


@dataclass(frozen=True)
class Prompts:
    """Templates with placeholders in braces.

    Attributes:
        clip: asks an image-text model to describe a clip: {motion}, {objects}, {count}.
        rewrite: asks a text model to improve a description: {description}, {motion}.
        summary: asks a text model for the whole route: {steps}, {style}, {events}.
        correction: asks it to mend an instruction that contradicts the walk: {instruction}, {complaints}, {events}.
        styles: what {style} stands for, one per wording.
    """

    clip: str
    rewrite: str
    summary: str
    correction: str
    styles: tuple[str, ...]


def load_prompts(path: Path | None) -> Prompts:
    """Read a file of prompts, or the built-in one where ``path`` is None.

    Raises:
        DataError: the file is unreadable, lacks a prompt, or a placeholder is unknown or missing.
    """
    source = files(__package__).joinpath("prompts.yml") if path is None else path
    subject = "the built-in prompts" if path is None else str(path)
    raw = read_prompts(source, subject, {*_PLACEHOLDERS, "styles"}, "labelling.prompt_template")
    styles = raw["styles"]
    if not isinstance(styles, list) or not styles or not all(isinstance(style, str) for style in styles):
        raise DataError(f"{subject}, styles", "must be a list of sentences")
    for name, allowed in _PLACEHOLDERS.items():
        if isinstance(raw[name], str) and not raw[name].strip():
            raise DataError(f"{subject}, {name}", "must be a text")
        check_placeholders(f"{subject}, {name}", raw[name], allowed)
    return Prompts(raw["clip"], raw["rewrite"], raw["summary"], raw["correction"], tuple(styles))
