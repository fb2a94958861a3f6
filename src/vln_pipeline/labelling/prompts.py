"""Prompts of the model labellers, built in or from a user's file."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from string import Formatter

import yaml

from vln_pipeline.errors import DataError

_PLACEHOLDERS: Mapping[str, Mapping[str, bool]] = {
    "clip": {"motion": True, "objects": False, "count": False},
    "rewrite": {"description": True, "motion": False},
    "summary": {"steps": True, "style": True},
}
"""Which placeholders each prompt may have, and whether it must have them."""


@dataclass(frozen=True)
class Prompts:
    """Templates with placeholders in braces.

    Attributes:
        clip: asks an image-text model to describe a clip: {motion}, {objects}, {count}.
        rewrite: asks a text model to improve a description: {description}, {motion}.
        summary: asks a text model for the whole route: {steps}, {style}.
        styles: what {style} stands for, one per wording.
    """

    clip: str
    rewrite: str
    summary: str
    styles: tuple[str, ...]


def load_prompts(path: Path | None) -> Prompts:
    """Read a file of prompts, or the built-in one where ``path`` is None.

    Raises:
        DataError: the file is unreadable, lacks a prompt, or a placeholder is unknown or missing.
    """
    source = files(__package__).joinpath("prompts.yml") if path is None else path
    subject = "the built-in prompts" if path is None else str(path)
    try:
        raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        cause = f"not readable as YAML ({type(error).__name__})"
        raise DataError(subject, cause, "mend the file or unset labelling.prompt_template") from error
    expected = {*_PLACEHOLDERS, "styles"}
    if not isinstance(raw, dict) or set(raw) != expected:
        raise DataError(subject, f"must hold exactly the keys {', '.join(sorted(expected))}")
    styles = raw["styles"]
    if not isinstance(styles, list) or not styles or not all(isinstance(style, str) for style in styles):
        raise DataError(f"{subject}, styles", "must be a list of sentences")
    for name in _PLACEHOLDERS:
        _check(f"{subject}, {name}", name, raw[name])
    return Prompts(raw["clip"], raw["rewrite"], raw["summary"], tuple(styles))


def _check(subject: str, name: str, template: object) -> None:
    if not isinstance(template, str) or not template.strip():
        raise DataError(subject, "must be a text")
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise DataError(subject, str(error), "double a brace that belongs to the text") from error
    allowed = _PLACEHOLDERS[name]
    found = {field for _, field, _, _ in parts if field is not None}
    # Only bare names: an attribute, index or format would reach into the values.
    plain = all(not spec and not conversion for _, field, spec, conversion in parts if field is not None)
    unknown = sorted(found - set(allowed))
    if unknown or not plain:
        names = ", ".join(f"{{{field}}}" for field in allowed)
        culprit = f"placeholder {{{unknown[0]}}}" if unknown else "a conversion or format in a placeholder"
        raise DataError(subject, f"{culprit} is not known", f"use {names}; double a brace that belongs to the text")
    missing = [field for field, needed in allowed.items() if needed and field not in found]
    if missing:
        raise DataError(subject, f"placeholder {{{missing[0]}}} is missing", "add it to the text")
