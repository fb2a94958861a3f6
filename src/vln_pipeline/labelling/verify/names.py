"""Finds the things and rooms that a text names."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from vln_pipeline.scenes.names import names_in
from vln_pipeline.scenes.published.room_types import known_room_types
from vln_pipeline.scenes.vocabulary import vocabulary


class Names:
    """Finds names in a text, the longest first.

    Args:
        names: what is meant, by what is said; lower case.
        endings: regular expression of the endings that a name may have.
    """

    def __init__(self, names: Mapping[str, str], endings: str) -> None:
        said = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name)))
        self._names = names
        self._pattern = re.compile(rf"(?<!\w)({said})(?:{endings})(?!\w)" if said else r"(?!)")

    def find(self, text: str) -> tuple[list[tuple[str, int]], str]:
        """Return (meant, place) of each name, in order, and the text with them blanked."""
        found = [(self._names[match[1]], match.start()) for match in self._pattern.finditer(text)]
        return found, self._pattern.sub(lambda match: "_" * len(match[0]), text)


@cache
def rooms_of(rooms: Collection[str], more: tuple[tuple[str, str], ...], language: str, endings: str) -> Names:
    """Return the rooms that may be spoken of: those of a scene, and what any scene may have, to find inventions.

    Args:
        rooms: types of the scene's, lower case.
        more: (said, meant) in the lexicon of the language.
        language: its code.
        endings: of nouns.
    """
    things = {word for category in vocabulary().values() for word in (category.name, *category.synonyms)}
    known = {*rooms, *(room for room in known_room_types() if room not in things)}
    said = {word: room for word, room in more if room in known} | _words(sorted(known), language)
    return Names(said, endings)


@cache
def things_of(things: Collection[str], language: str, endings: str) -> Names:
    """Return the things that may be spoken of: those of a scene, and those of the vocabulary."""
    known = {name: category for name, category in vocabulary().items() if not category.structural}
    said = _words(sorted({*known, *things}), language)
    if names_in(language) is None:
        said = {s: c.name for c in known.values() for s in c.synonyms} | said
    return Names(said, endings)


def _words(names: Collection[str], language: str) -> dict[str, str]:
    """Return the names of a language by its words, lower case."""
    words: Mapping[str, Sequence[tuple[str, str]]] | None = names_in(language)
    if words is None:
        return {name.lower(): name for name in names}
    return {word.lower(): name for name in names for _, word in words.get(name, ())}
