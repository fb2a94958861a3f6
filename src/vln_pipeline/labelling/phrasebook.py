"""The words of the template labeller, read from ``phrases.yml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from vln_pipeline.labelling.nouns import Nouns


@dataclass(frozen=True)
class Phrasebook:
    """Synonyms by meaning.

    Attributes:
        phrases: wordings with slots, by key.
        distances: words of distances.
        nouns: how categories are spoken of.
    """

    phrases: Mapping[str, Sequence[str]]
    distances: Mapping
    nouns: Nouns

    def pick(self, key: str, draw: np.random.Generator, previous: str = "") -> str:
        """Return one wording; not one that begins like ``previous`` where there is a choice."""
        options = self.phrases[key]
        fresh = [option for option in options if option.split()[0] != previous.partition(" ")[0]]
        return str(draw.choice(fresh or options))

    def distance(self, metres: float, draw: np.random.Generator) -> str:
        """Return a distance as one says it: to half a metre below two metres, to a metre above."""
        words = self.distances
        if metres < 0.75:
            return str(draw.choice(words["short"]))
        near = draw.choice(words["near"])
        if 1.25 <= metres < 1.75:
            return f"{near} {words['half']} {words['metres']}"
        whole = max(1, round(metres))
        number = words["numbers"][whole - 1] if whole <= len(words["numbers"]) else str(whole)
        return f"{near} {number} {words['metre'] if whole == 1 else words['metres']}"


@cache
def load_phrasebook() -> Phrasebook:
    """Return the built-in English."""
    raw = yaml.safe_load(files(__package__).joinpath("phrases.yml").read_text(encoding="utf-8"))
    return Phrasebook(raw["phrases"], raw["distances"], Nouns(**raw["nouns"]))
