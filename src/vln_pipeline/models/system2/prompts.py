"""What System 2 is asked, built in or from a user's file."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.prompt_file import check_placeholders, read_prompts

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
    raw = read_prompts(source, subject, {*_PLACEHOLDERS, "leads"}, "prompt_template")
    leads = raw["leads"]
    if not isinstance(leads, list) or not leads or not all(isinstance(lead, str) for lead in leads):
        raise DataError(f"{subject}, leads", "must be a list of texts")
    for name, allowed in _PLACEHOLDERS.items():
        found = check_placeholders(f"{subject}, {name}", raw[name], allowed)
        twice = [field for field in allowed if found.count(field) > 1]
        if twice:
            raise DataError(f"{subject}, {name}", f"placeholder {{{twice[0]}}} occurs twice", "keep one of them")
    return Prompts(**{name: raw[name] for name in _PLACEHOLDERS}, leads=tuple(leads))
