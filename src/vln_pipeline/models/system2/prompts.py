"""What System 2 is asked, built in or from a user's file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from string import Formatter

import yaml

from vln_pipeline.errors import DataError

_PLACEHOLDERS: Mapping[str, Mapping[str, bool]] = {
    "system": {},
    "question": {"instruction": True, "remembered": True, "now": True},
    "remembered": {"views": True},
    "remembered_view": {"view": True},
    "now": {"view": True, "lead": False},
    "look_down": {"view": True, "lead": False},
}
"""Which placeholders each text may have, and whether it must have them."""


@dataclass(frozen=True)
class Prompts:
    """Texts with placeholders in braces.

    Attributes:
        system: what precedes the conversation.
        question: asks for the next step: {instruction}, {remembered}, {now}.
        remembered: introduces the earlier views: {views}.
        remembered_view: one of them: {view}.
        now: the current view: {view}, {lead}.
        look_down: the view of the floor: {view}, {lead}.
        leads: what {lead} stands for, one per wording.
    """

    system: str
    question: str
    remembered: str
    remembered_view: str
    now: str
    look_down: str
    leads: tuple[str, ...]

    def dump(self) -> str:
        """Return the prompts as the text of a file of prompts."""
        text: str = yaml.safe_dump(asdict(self) | {"leads": list(self.leads)}, allow_unicode=True, sort_keys=False)
        return text


def load_prompts(path: Path | None) -> Prompts:
    """Read a file of prompts, or the built-in one where ``path`` is None.

    Raises:
        DataError: the file is unreadable, lacks a text, or a placeholder is unknown or missing.
    """
    source = files(__package__).joinpath("prompts.yml") if path is None else path
    subject = "the built-in prompts of System 2" if path is None else str(path)
    try:
        raw = yaml.safe_load(source.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        cause = f"not readable as YAML ({type(error).__name__})"
        raise DataError(subject, cause, "mend the file or unset prompt_template") from error
    expected = {*_PLACEHOLDERS, "leads"}
    if not isinstance(raw, dict) or set(raw) != expected:
        raise DataError(subject, f"must hold exactly the keys {', '.join(sorted(expected))}")
    leads = raw["leads"]
    if not isinstance(leads, list) or not leads or not all(isinstance(lead, str) for lead in leads):
        raise DataError(f"{subject}, leads", "must be a list of texts")
    for name in _PLACEHOLDERS:
        _check(f"{subject}, {name}", name, raw[name])
    return Prompts(**{name: raw[name] for name in _PLACEHOLDERS}, leads=tuple(leads))


def _check(subject: str, name: str, template: object) -> None:
    if not isinstance(template, str):
        raise DataError(subject, "must be a text")
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise DataError(subject, str(error), "double a brace that belongs to the text") from error
    allowed = _PLACEHOLDERS[name]
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
    twice = [field for field in allowed if found.count(field) > 1]
    if twice:
        raise DataError(subject, f"placeholder {{{twice[0]}}} occurs twice", "keep one of them")
