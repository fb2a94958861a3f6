"""Everyday indoor categories, and the category that a name speaks of."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^\W\d_]+")
_LONGEST = 4
"""Most words of a phrase in the vocabulary."""


@dataclass(frozen=True)
class Category:
    """One kind of thing.

    Attributes:
        name: lower case, blanks between words.
        synonyms: other words for it.
        structural: part of the building rather than standing in it.
        landmark: worth naming in a route description.
    """

    name: str
    synonyms: tuple[str, ...]
    structural: bool
    landmark: bool


@cache
def vocabulary() -> dict[str, Category]:
    """Return the categories by name, from ``vocabulary.json``."""
    entries = json.loads(Path(__file__).with_name("vocabulary.json").read_text(encoding="utf-8"))
    return {
        name: Category(name, tuple(entry["synonyms"]), entry["structural"], entry["landmark"])
        for name, entry in entries.items()
    }


def is_structural(category: str) -> bool:
    """Return whether a category is part of the building; categories outside the vocabulary are not."""
    return category in vocabulary() and vocabulary()[category].structural


def category_of(name: str) -> str | None:
    """Return the category that the name of an object speaks of, or None.

    Numbers, and words that name nothing, are ignored. Where several categories are named, the last one counts, because
    English puts the head of a compound last; of phrases that end together the longest counts.

    >>> category_of("SM_Kitchen_Chair_02.003"), category_of("DeskLampB"), category_of("nursesstation_01")
    ('chair', 'lamp', 'nurses station')
    """
    words = [w.lower() for w in _WORD.findall(name)]
    for end in range(len(words), 0, -1):
        for start in range(max(0, end - _LONGEST), end):
            for phrase in _singulars("".join(words[start:end])):
                if phrase in _phrases():
                    return _phrases()[phrase]
    return None


@cache
def _phrases() -> dict[str, str]:
    """Return category by phrase, written without blanks and hyphens."""
    found = {}
    for category in vocabulary().values():
        for phrase in (category.name, *category.synonyms):
            found[re.sub(r"[\s-]", "", phrase)] = category.name
    return found


def _singulars(word: str) -> Iterable[str]:
    yield word
    if word.endswith("ves"):
        yield f"{word[:-3]}f"
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]
