"""What StreamVLN is asked, built in or from a user's file."""

from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from vln_pipeline.errors import DataError
from vln_pipeline.prompt_file import check_placeholders, read_prompts

_PLACEHOLDERS: Mapping[str, Mapping[str, bool]] = {
    "system": {},
    "question": {"instruction": True, "remembered": True, "now": True},
    "remembered": {"memory": True},
    "now": {"view": True, "lead": False},
    "video_time": {"seconds": False, "frames": False, "times": False},
}
"""Which placeholders each text may have, and whether it must have them."""


@dataclass(frozen=True)
class Prompts:
    """Texts with placeholders in braces.

    Attributes:
        system: what precedes the conversation.
        question: asks for the next actions: {instruction}, {remembered}, {now}.
        remembered: introduces the memory: {memory}.
        now: the current frame: {view}, {lead}.
        video_time: tells a video's length: {seconds}, {frames}, {times}.
        leads: what {lead} stands for, one per wording.
    """

    system: str
    question: str
    remembered: str
    now: str
    video_time: str
    leads: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """All of them."""
        *texts, leads = astuple(self)
        return (*texts, *leads)

    def dump(self) -> str:
        """Return the prompts as the text of a file of prompts."""
        text: str = yaml.safe_dump(asdict(self) | {"leads": list(self.leads)}, allow_unicode=True, sort_keys=False)
        return text


def load_prompts(path: Path | None) -> Prompts:
    """Read a file of prompts, or the built-in one where ``path`` is None.

    Raises:
        DataError: the file is unreadable, lacks a text, or a placeholder is unknown, missing or there twice.
    """
    source = files(__package__).joinpath("prompts.yml") if path is None else path
    subject = "the built-in prompts of StreamVLN" if path is None else str(path)
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
