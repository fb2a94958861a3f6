"""Files of prompts: texts with placeholders in braces, by name."""

from collections.abc import Collection, Mapping, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

import yaml

from vln_pipeline.errors import DataError

Part = TypeVar("Part")
"""What a text may hold besides words: images, say."""


def read_prompts(source: Path | Traversable, subject: str, keys: Collection[str], setting: str) -> dict[str, Any]:
    """Return what a file holds, unchecked but for its keys.

    Args:
        source: the file.
        subject: what the user knows it by.
        keys: what it must hold, no less and no more.
        setting: the parameter that names a user's file.

    Raises:
        DataError: the file is unreadable, or has other keys.
    """
    try:
        raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        cause = f"not readable as YAML ({type(error).__name__})"
        raise DataError(subject, cause, f"mend the file or unset {setting}") from error
    if not isinstance(raw, dict) or set(raw) != set(keys):
        raise DataError(subject, f"must hold exactly the keys {', '.join(sorted(keys))}")
    return raw


def check_placeholders(subject: str, template: object, allowed: Mapping[str, bool]) -> list[str]:
    """Return the placeholders of a text, in their order.

    Args:
        subject: what the user knows the text by.
        template: the text.
        allowed: which placeholders it may have, and whether it must have them.

    Raises:
        DataError: it is no text, or a placeholder is unknown or missing.
    """
    if not isinstance(template, str):
        raise DataError(subject, "must be a text")
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise DataError(subject, str(error), "double a brace that belongs to the text") from error
    found = [field for _, field, _, _ in parts if field is not None]
    # Only bare names: an attribute, index or format would reach into the values.
    plain = all(not spec and not conversion for _, field, spec, conversion in parts if field is not None)
    unknown = sorted(set(found) - set(allowed))
    if unknown or not plain:
        names = ", ".join(f"{{{field}}}" for field in allowed) or "no placeholder"
        culprit = f"placeholder {{{unknown[0]}}}" if unknown else "a conversion or format in a placeholder"
        raise DataError(subject, f"{culprit} is not known", f"use {names}; double a brace that belongs to the text")
    missing = [field for field, needed in allowed.items() if needed and field not in found]
    if missing:
        raise DataError(subject, f"placeholder {{{missing[0]}}} is missing", "add it to the text")
    return found


def filled(template: str, values: Mapping[str, Sequence[Part]]) -> list[str | Part]:
    """Return the parts of a template with values, of which some are no texts, in place of placeholders."""
    parts: list[str | Part] = []
    for text, field, _, _ in Formatter().parse(template):
        parts += [text, *values[field]] if field is not None else [text]
    return parts


def joined(parts: Sequence[str | Part]) -> tuple[str | Part, ...]:
    """Return the parts with neighbouring texts in one."""
    found: list[str | Part] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        elif part != "":
            found.append(part)
    return tuple(found)
