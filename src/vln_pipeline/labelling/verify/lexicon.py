"""The words of a language, as a follower reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

_LEXICONS = {"en": "lexicon_en.yml", "de": "lexicon_de.yml"}
"""File by language; named whole, so that an edit of one renames what was made with it."""


@dataclass(frozen=True)
class Lexicon:
    """The words of a language.

    Attributes:
        language: its code.
        patterns: regular expression by meaning.
        numbers: by number word.
        units: metres by unit.
        rooms: (said, meant) of room types, beside their names.
        endings: regular expression of the endings that nouns may have.
        split: where one statement ends and the next begins.
    """

    language: str
    patterns: Mapping[str, re.Pattern[str]]
    numbers: Mapping[str, float]
    units: Mapping[str, float]
    rooms: tuple[tuple[str, str], ...]
    endings: str
    split: re.Pattern[str]

    def has(self, meaning: str, text: str) -> bool:
        """Return whether a text has a meaning's words."""
        return bool(self.patterns[meaning].search(text))

    def metres(self, text: str) -> float | None:
        """Return the distance that a text tells, metres; None where it tells none."""
        match = self.patterns["distance"].search(text)
        if match is None:
            return None
        count = self.numbers[match["word"]] if match["word"] else _number(match["digits"])
        return count * self.units[match["unit"]]

    def degrees(self, text: str) -> float | None:
        """Return the angle that a text tells, degrees; None where it tells none."""
        match = self.patterns["degrees"].search(text)
        return None if match is None else _number(match["degrees"])

    def asserted(self, text: str) -> str:
        """Return a text up to what it says not to do."""
        match = self.patterns["negated"].search(text)
        return text if match is None else text[: match.start()]


def _number(digits: str) -> float:
    return float(digits.replace(",", "."))


@cache
def load_lexicon(language: str = "en") -> Lexicon:
    """Return the lexicon of a language."""
    raw = yaml.safe_load(files(__package__).joinpath(_LEXICONS[language]).read_text(encoding="utf-8"))
    verbs, connectives = "|".join(part.strip() for part in raw.pop("verbs").split("|")), raw.pop("connectives")
    # A full stop ends a statement; a comma, "and" or "then" does where an order follows.
    # Not within "a step or two" and "so that you turn, or face".
    inside = "".join(rf"(?<!\b{word})" for word in raw.pop("inside").split("|"))
    links = raw.pop("links")
    joint = rf",\s*(?:(?:{links})\s+)*|\s+(?:(?:{links})\s+)+"
    split = rf"[.;!?](?!\d)\s*|{inside}(?:{joint})(?:(?:{connectives}),?\s+)?(?=(?:{verbs})\b)"
    numbers = {str(word): float(value) for word, value in raw.pop("numbers").items()}
    units = {unit: float(metres) for unit, metres in raw.pop("units").items()}
    rooms = tuple((word, room) for room, words in raw.pop("rooms").items() for word in words)
    endings = raw.pop("endings")
    said = "|".join(re.escape(word) for word in sorted(numbers, key=lambda word: -len(word)))
    # "3m" needs no blank, "a m" does; "1/2 m" is not told in two metres.
    number = rf"(?<![\d.,/])(?P<digits>\d+(?:[.,]\d+)?) ?|\b(?P<word>{said}) "
    raw["distance"] = rf"(?:{number})(?:more |further )?(?P<unit>{'|'.join(units)})\b"
    patterns = {key: re.compile(text) for key, text in raw.items()}
    return Lexicon(language, patterns, numbers, units, rooms, endings, re.compile(split))
