"""What categories and room types are called in languages other than English."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import yaml

_FILES = {"de": "names_de.yml"}
"""File by language; named whole, so that an edit of one renames what was made with it."""


@cache
def names_in(language: str) -> Mapping[str, Sequence[tuple[str, str]]] | None:
    """Return (gender, noun) pairs by category and room type; None for English, in which the names are written."""
    if language not in _FILES:
        return None
    raw = yaml.safe_load(files(__package__).joinpath(_FILES[language]).read_text(encoding="utf-8"))
    return {name: tuple((gender, noun) for gender, noun in words) for name, words in raw.items()}
