"""Reads an instruction as statements: our own grammar, and what models and people write, as far as it goes."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from vln_pipeline.labelling.verify.statements import Act, Statement
from vln_pipeline.scenes.vocabulary import category_of, vocabulary

_LEXICONS = {"en": "lexicon_en.yml"}
"""File by language; named whole, so that an edit of one renames what was made with it."""
_SLIGHT, _NORMAL, _SHARP, _AROUND = (20.0, 80.0), (35.0, 140.0), (95.0, 175.0), (125.0, 181.0)
"""Angles that a person may mean by the words, degrees; they overlap, as people's do (ours)."""
_SHORT = 0.6
"""Metres of "a step or two"."""


@dataclass(frozen=True)
class Lexicon:
    """The words of a language.

    Attributes:
        patterns: regular expression by meaning.
        numbers: metres by number word.
        split: where one statement ends and the next begins.
    """

    patterns: Mapping[str, re.Pattern[str]]
    numbers: Mapping[str, float]
    split: re.Pattern[str]

    def has(self, meaning: str, text: str) -> bool:
        """Return whether a text has a meaning's words."""
        return bool(self.patterns[meaning].search(text))


@cache
def load_lexicon(language: str = "en") -> Lexicon:
    """Return the lexicon of a language."""
    raw = yaml.safe_load(files(__package__).joinpath(_LEXICONS[language]).read_text(encoding="utf-8"))
    verbs = "|".join(part.strip() for part in raw.pop("verbs").split("|"))
    connectives, numbers = raw.pop("connectives"), raw.pop("numbers")
    # A full stop ends a statement; a comma, "and" or "then" does where an order follows.
    # Not within "until you reach", "when you are", "so that you face", "to face" and "a left turn".
    inside = "".join(rf"(?<!\b{word})" for word in raw.pop("inside").split("|"))
    split = rf"[.;!?](?!\d)\s*|{inside}(?:,\s*|\s+)(?:(?:and|or|then)\s+)*(?:(?:{connectives}),?\s+)?(?=(?:{verbs})\b)"
    return Lexicon({key: re.compile(text) for key, text in raw.items()}, numbers, re.compile(split))


def parse(text: str, rooms: Collection[str], things: Collection[str], language: str = "en") -> tuple[Statement, ...]:
    """Return the statements of an instruction, in order; what it does not understand is left out.

    Args:
        text: the instruction.
        rooms: types of rooms that may be spoken of, lower case.
        things: categories of the scene; those of the vocabulary are known beside them.
        language: of the text.
    """
    reader = _Reader(load_lexicon(language), rooms, things)
    clauses = (part.strip(" ,") for part in reader.lexicon.split.split(text.lower()))
    return tuple(statement for clause in clauses if clause for statement in reader.read(clause))


class _Reader:
    def __init__(self, lexicon: Lexicon, rooms: Collection[str], things: Collection[str]) -> None:
        self.lexicon = lexicon
        self._last = ""
        named = {*things, *(name for name, c in vocabulary().items() if not c.structural)}
        spoken = {name: name for name in named}
        spoken |= {s: c.name for c in vocabulary().values() if not c.structural for s in c.synonyms if s not in spoken}
        self._things = _phrases(spoken)
        self._rooms = _phrases({room: room for room in rooms if room})

    def read(self, clause: str) -> Iterator[Statement]:
        """Yield what one clause says."""
        has = self.lexicon.has
        side = 1 if has("left", clause) else -1 if has("right", clause) else 0
        rooms, bare = self._find(self._rooms, clause)
        things, _ = self._find(self._things, bare)
        thing = things[0][0] if things else ""
        if thing:
            self._last = thing
        source, target = self._doors(clause, rooms)
        metres = self._metres(clause)
        if has("stop", clause):
            if not thing and re.search(r"\b(it|them)\b", clause):
                thing = self._last
            where = ("at" if has("at", bare) else "side" if side else "ahead") if thing else ""
            room = rooms[0][0] if rooms and not thing else ""
            yield Statement(Act.STOP, clause, side=side, metres=metres, landmark=thing, where=where, target=room)
        elif has("start", clause) and rooms:
            yield Statement(Act.START, clause, target=rooms[0][0])
        elif has("see", clause):
            if thing:
                yield Statement(Act.SEE, clause, side=side, landmark=thing, where="side" if side else "ahead")
        elif has("turn", clause) and (side or has("around", clause)):
            where = "ahead" if thing and has("towards", clause) else "at" if thing else ""
            yield Statement(Act.TURN, clause, side, self._size(clause), None, thing, where, target, source)
        elif has("curve", clause) and side:
            yield Statement(Act.CURVE, clause, side=side, target=target, source=source)
        elif has("pass", clause) and thing:
            yield Statement(Act.PASSED, clause, side=side, metres=metres, landmark=thing)
        else:
            yield from self._move(clause, thing, source, target, metres)

    def _move(self, clause: str, thing: str, source: str, target: str, metres: float | None) -> Iterator[Statement]:
        has = self.lexicon.has
        if thing and has("reach", clause):
            yield Statement(Act.REACH, clause, metres=metres, landmark=thing)
        elif thing and has("towards", clause):
            yield Statement(Act.TOWARDS, clause, metres=metres, landmark=thing)
        elif metres is not None:
            yield Statement(Act.MOVE, clause, metres=metres)
        if target:
            yield Statement(Act.ENTER, clause, target=target, source=source)
        elif source:
            yield Statement(Act.LEAVE, clause, source=source)

    def _doors(self, clause: str, rooms: Sequence[tuple[str, int]]) -> tuple[str, str]:
        """Return the room that a clause leaves and the one it enters."""
        source = target = ""
        for room, place in rooms:
            before = clause[:place]
            entered = [m.start() for m in self.lexicon.patterns["enter"].finditer(before)]
            left = [m.start() for m in self.lexicon.patterns["leave"].finditer(before)]
            if not entered and not left:
                target = target or (room if source else "")
            elif max(left, default=-1) > max(entered, default=-1):
                if source:
                    target = target or room
                source = source or room
            else:
                target = target or room
        return source, target

    def _size(self, clause: str) -> tuple[float, float]:
        has = self.lexicon.has
        if has("around", clause):
            return _AROUND
        return _SHARP if has("sharp", clause) else _SLIGHT if has("slight", clause) else _NORMAL

    def _metres(self, clause: str) -> float | None:
        if self.lexicon.has("short", clause):
            return _SHORT
        unit = self.lexicon.patterns["metres"].search(clause)
        if unit is None:
            return None
        before = clause[: unit.start()].strip()
        digits = re.search(r"(\d+(?:\.\d+)?)$", before)
        if digits:
            return float(digits[1])
        for word in sorted(self.lexicon.numbers, key=len, reverse=True):
            if re.search(rf"\b{word}$", before):
                return float(self.lexicon.numbers[word])
        return None

    @staticmethod
    def _find(known: Mapping[re.Pattern[str], str], clause: str) -> tuple[list[tuple[str, int]], str]:
        """Return names with their places, in order, and the clause with them blanked; longer names come first."""
        found = []
        for pattern, name in known.items():
            for match in pattern.finditer(clause):
                found.append((name, match.start()))
            clause = pattern.sub(lambda m: "_" * len(m[0]), clause)
        return sorted(found, key=lambda item: item[1]), clause


def _phrases(names: Mapping[str, str]) -> dict[re.Pattern[str], str]:
    """Return names by what matches them in the singular or plural, the longest first."""
    ranked = sorted(names.items(), key=lambda item: (-len(item[0]), item[0]))
    return {re.compile(rf"\b{re.escape(said)}(?:e?s)?\b"): name for said, name in ranked}


def same_thing(said: str, category: str) -> bool:
    """Return whether a person may mean an object of a category by a name: "table" is said of a coffee table, too."""
    plain = category_of(category) or category
    return said in (category, plain) or f" {category}".endswith(f" {said}")
