"""How categories and rooms are spoken of: words, articles, cases, and what is left unnamed."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from vln_pipeline.scenes.vocabulary import vocabulary

_VOWELS = "aeiou"
_PLURAL = re.compile(r"[^\W_saiu]s$")
"""How an English name ends that is plural and in no list: "chairs", not "glass", "gas", "chassis" or "bus"."""


@dataclass(frozen=True)
class Noun:
    """A word for a thing or a room.

    Attributes:
        gender: key of the tables of articles; "p" is plural.
        word: the noun without an article.
    """

    gender: str
    word: str


@dataclass(frozen=True)
class Named:
    """A thing or a room of which a phrase speaks, before it is put into words.

    Attributes:
        name: category or room type.
        known: whether it takes the definite article.
        another: whether it is a further one of its kind, as in "the next bedroom".
        instance: id of a thing, 0 of a room; things that are spoken of alike are equal whatever it is.
    """

    name: str
    known: bool = True
    another: bool = False
    instance: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Nouns:
    """The nouns of a language.

    Attributes:
        grammar: articles, pronouns and forms of "to be" by gender and case, see ``phrases_en.yml``.
        names: words of a category or room type; None where the language's words are the names themselves.
        spoken: what is said instead of a category's name, for instance "TV" for "tv".
        also: further words that are said of every thing of a category.
        plural: names that are plural by themselves, for instance "stairs".
        mass: names without an indefinite article, for instance "artwork".
        unnamed: names that tell a walker nothing.
        vowel_sound, consonant_sound: first words whose sound their first letter hides, for instance "hour", "unit".
    """

    grammar: Mapping[str, Any]
    names: Mapping[str, Sequence[Noun]] | None
    spoken: Mapping[str, str]
    also: Mapping[str, Sequence[str]]
    plural: Collection[str]
    mass: Collection[str]
    unnamed: Collection[str]
    vowel_sound: Collection[str]
    consonant_sound: Collection[str]

    def nameable(self, category: str) -> bool:
        """Return whether an object of a category may serve as a landmark; parts of the building may not."""
        known = vocabulary().get(category)
        usual = known is None or (known.landmark and not known.structural)
        return self.speakable(category) and usual

    def speakable(self, category: str) -> bool:
        """Return whether a name tells a walker anything; of rooms, too. One with a mark such as <image> is none."""
        said = self.names is None or category in self.names
        is_name = any(map(str.isalpha, category)) and not {"<", ">"} & set(category)
        return is_name and category not in self.unnamed and said

    def words(self, category: str) -> tuple[Noun, ...]:
        """Return the nouns that may be said of a category or a room type, the usual one first."""
        if self.names is not None:
            return tuple(self.names[category])
        plural = category in self.plural or (category not in vocabulary() and bool(_PLURAL.search(category)))
        gender = "p" if plural else "mass" if category in self.mass else "n"
        words = (self.spoken.get(category, category), *self.also.get(category, ()))
        return tuple(Noun(gender, word) for word in words)

    def alike(self, category: str, other: str) -> bool:
        """Return whether two categories may be called by the same word."""
        return not {noun.word for noun in self.words(category)}.isdisjoint(noun.word for noun in self.words(other))

    def definite(self, noun: Noun, case: str, *, another: bool = False) -> str:
        """Return a noun with its definite article, or as a further one of its kind."""
        if another and noun.gender in self.grammar["next"]:
            return f"{self.grammar['next'][noun.gender][case]} {noun.word}"
        known = self.grammar["definite"]
        return f"{known.get(noun.gender, known['n'])[case]} {noun.word}"

    def indefinite(self, noun: Noun, case: str) -> str:
        """Return a noun with its indefinite article, by its sound where the language asks for that."""
        article = str(self.grammar["indefinite"][noun.gender][case])
        first = noun.word.replace("-", " ").split()[0].lower()
        vowel = first[0] in _VOWELS or first in self.vowel_sound
        if vowel and first not in self.consonant_sound:
            article = self.grammar["before_vowel"].get(article, article)
        return f"{article} {noun.word}"

    def slots(self, slot: str, named: Named, noun: Noun) -> dict[str, str]:
        """Return the words for the placeholders of a thing or a room.

        A slot stands for the first case of the language; "_" and the name of a case ask for another.
        """
        filled = {"it": self.grammar["pronoun"], "be": self.grammar["be"]} if slot == "landmark" else {}
        words = {}
        for case in self.grammar["cases"]:
            ends = ("", f"_{case}") if case == self.grammar["cases"][0] else (f"_{case}",)
            said = self.definite(noun, case, another=named.another) if named.known else self.indefinite(noun, case)
            for end in ends:
                words[f"{slot}{end}"], words[f"a_{slot}{end}"] = said, self.indefinite(noun, case)
                if filled:
                    words[f"it{end}"] = str(filled["it"][noun.gender][case])
        if filled:
            words["be"] = str(filled["be"][noun.gender])
        return words
