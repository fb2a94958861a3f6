"""The words of the template labeller, read from the phrase book of a language."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

import numpy as np
import yaml

from vln_pipeline.labelling.nouns import Noun, Nouns
from vln_pipeline.scenes.names import names_in

_BOOKS = {"en": "phrases_en.yml", "de": "phrases_de.yml"}
"""File by language; named whole, so that an edit of one renames what was made with it."""
_CHOICE = re.compile(r"\(([^()]*\|[^()]*)\)")
_NEAREST = 0.2
"""Farthest that a distance in whole units may be from the measured one, as a share; ours."""


@dataclass(frozen=True)
class Register:
    """How a wording sounds.

    Attributes:
        connect: share of sentences that begin with a connector.
        longest: most phrases in a sentence.
        asides: share of sentences after which something is said that leads nowhere.
        too_far: whether it may tell what lies too far.
        shortest_of: of how many phrases that are drawn the shortest is taken.
    """

    connect: float
    longest: int
    asides: float
    too_far: bool
    shortest_of: int


@dataclass(frozen=True)
class Phrasebook:
    """Synonyms by meaning.

    Attributes:
        language: its code.
        phrases: wordings with slots and choices, by key.
        sentences: keys whose wordings are whole sentences.
        registers: ways to sound, by name.
        distances: words of distances.
        sides: words of left and right, by slot.
        nouns: how categories and rooms are spoken of.
    """

    language: str
    phrases: Mapping[str, Sequence[str]]
    sentences: Sequence[str]
    registers: Mapping[str, Register]
    distances: Mapping[str, Any]
    sides: Mapping[str, Mapping[str, str]]
    nouns: Nouns

    def pick(self, key: str, draw: np.random.Generator, previous: str = "", shortest_of: int = 1) -> str:
        """Return one wording, the shortest of some; not one that begins like ``previous`` where there is a choice."""
        options = [_chosen(option, draw) for option in self.phrases[key]]
        fresh = [option for option in options if option.split()[0] != previous.partition(" ")[0]] or options
        drawn = draw.integers(len(fresh), size=shortest_of)
        return min((fresh[i] for i in drawn.tolist()), key=lambda option: len(option.split()))

    def distance(self, metres: float, draw: np.random.Generator) -> str:
        """Return a distance as one says it, in a unit in which it is about a whole number of units."""
        words = self.distances
        if metres < 0.75:
            return str(draw.choice(words["short"]))
        near = draw.choice(words["near"])
        one, many, length = words["units"][draw.integers(len(words["units"]))]
        if abs(round(metres / length) * length - metres) > _NEAREST * metres:
            one, many, length = words["units"][0]
        if length == 1.0 and 1.25 <= metres < 1.75:
            return f"{near} {words['half']} {many}"
        whole = max(1, round(metres / length))
        number = words["numbers"][whole - 1] if whole <= len(words["numbers"]) else str(whole)
        return f"{near} {number} {one if whole == 1 else many}"

    def contracted(self, text: str) -> str:
        """Return a text with the language's contractions, such as "zum" for "zu dem"."""
        for long, short in self.nouns.grammar["contractions"].items():
            text = re.sub(rf"\b{long}\b", short, text)
        return text


def expanded(wording: str) -> Iterator[str]:
    """Yield every form of a wording with choices."""
    parts = _CHOICE.split(wording)
    options = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    for chosen in product(*options):
        yield _plain("".join(chosen))


def every_choice(wording: str) -> Iterator[str]:
    """Yield forms of a wording in which each of its choices occurs, as few as that needs."""
    parts = [part.split("|") if i % 2 else [part] for i, part in enumerate(_CHOICE.split(wording))]
    for number in range(max(map(len, parts))):
        yield _plain("".join(options[number % len(options)] for options in parts))


def _chosen(wording: str, draw: np.random.Generator) -> str:
    return _plain(_CHOICE.sub(lambda match: str(draw.choice(match[1].split("|"))), wording))


def _plain(text: str) -> str:
    """Return a text without the doubled blanks that empty choices leave."""
    return re.sub(r" ([.,?!])", r"\1", " ".join(text.split()))


@cache
def load_phrasebook(language: str = "en") -> Phrasebook:
    """Return the phrase book of a language."""
    raw = yaml.safe_load(files(__package__).joinpath(_BOOKS[language]).read_text(encoding="utf-8"))
    named = names_in(language)
    names = None if named is None else {name: [Noun(*pair) for pair in words] for name, words in named.items()}
    registers = {name: Register(**entry) for name, entry in raw["registers"].items()}
    nouns = Nouns(grammar=raw["grammar"], names=names, **raw["nouns"])
    return Phrasebook(language, raw["phrases"], raw["sentences"], registers, raw["distances"], raw["sides"], nouns)
