"""Reads an instruction as statements: our own grammar, and what models and people write, as far as it goes."""

from collections.abc import Collection, Iterator, Sequence

from vln_pipeline.labelling.verify.lexicon import Lexicon, load_lexicon
from vln_pipeline.labelling.verify.names import rooms_of, things_of
from vln_pipeline.labelling.verify.statements import Act, Statement
from vln_pipeline.scenes.vocabulary import category_of

_SLIGHT, _NORMAL, _SHARP, _AROUND = (20.0, 80.0), (30.0, 140.0), (75.0, 175.0), (100.0, 181.0)
"""Angles that a person may mean by the words, degrees; they overlap, as people's do, and reach
low, since a natural way cuts corners (ours)."""
_OFF = (45.0, 0.45)
"""An angle that is told in degrees is right within so many, or within this share of it; ours, as wide as the words."""
_SHORT = 0.6
"""Metres of "a step or two"."""


def parse(text: str, rooms: Collection[str], things: Collection[str], language: str = "en") -> tuple[Statement, ...]:
    """Return the statements of an instruction, in order; what it does not understand is left out.

    Args:
        text: the instruction.
        rooms: types of rooms that may be spoken of, lower case.
        things: categories of the scene; those of the vocabulary are known beside them.
        language: of the text.
    """
    reader = _Reader(load_lexicon(language), rooms, things)
    plain = text.lower().replace("\u2019", "'")
    clauses = (reader.lexicon.asserted(part).strip(" ,") for part in reader.lexicon.split.split(plain))
    told: list[Statement] = []
    for statement in (statement for clause in clauses if clause for statement in reader.said(clause)):
        # "Now you are in the kitchen" tells where one has come to, once there was something to do.
        if statement.act is not Act.START or all(before.act in (Act.START, Act.SEE) for before in told):
            told.append(statement)
    return tuple(told)


class _Reader:
    def __init__(self, lexicon: Lexicon, rooms: Collection[str], things: Collection[str]) -> None:
        self.lexicon = lexicon
        self._last = ""
        self._things = things_of(frozenset(things), lexicon.language, lexicon.endings)
        self._rooms = rooms_of(frozenset(filter(None, rooms)), lexicon.rooms, lexicon.language, lexicon.endings)

    def said(self, clause: str) -> tuple[Statement, ...]:
        """Return what one clause says; one of which only the verb is understood tells to walk, however far."""
        read = tuple(self.read(clause))
        return read or ((Statement(Act.MOVE, clause),) if self.lexicon.has("motion", clause) else ())

    def read(self, clause: str) -> Iterator[Statement]:
        """Yield what one clause says."""
        has = self.lexicon.has
        side = next(iter(self._sides(clause)), 0)
        rooms, bare = self._rooms.find(clause)
        things, plain = self._things.find(bare)
        thing = things[0][0] if things else ""
        if thing:
            self._last = thing
        source, target = self._doors(clause, rooms)
        metres = self._metres(clause)
        if has("beyond", plain):
            if thing or rooms:
                yield Statement(Act.BEYOND, clause, landmark=thing, target=rooms[0][0] if rooms and not thing else "")
        elif has("stop", plain):
            if len(things) > 1 and has("between", plain):
                yield from self._between(clause, thing, things[1][0])
                return
            if not thing and has("pronoun", plain):
                thing = self._last
            cut = self._second(plain, things)
            yield self._stop(clause, plain[:cut], thing, rooms)
            if cut < len(plain):
                yield self._stop(clause, plain[cut:], things[1][0], rooms)
        elif has("start", plain) and rooms:
            yield Statement(Act.START, clause, target=rooms[0][0])
        elif has("see", plain) and not (side and self.lexicon.patterns["turn"].match(plain)):
            if thing:
                yield Statement(Act.SEE, clause, side=side, landmark=thing, where="side" if side else "ahead")
        elif has("turn", plain) and (side or has("around", plain)):
            where = "ahead" if thing and has("towards", plain) else "at" if thing else ""
            yield Statement(Act.TURN, clause, side, self._size(plain), None, thing, where, target, source)
        elif has("curve", plain) and side:
            yield Statement(Act.CURVE, clause, side=side, target=target, source=source)
        elif has("pass", plain) and thing:
            yield Statement(Act.PASSED, clause, side=side, metres=metres, landmark=thing)
        else:
            yield from self._move(clause, plain, thing, source, target, metres)

    def _move(
        self, clause: str, plain: str, thing: str, source: str, target: str, metres: float | None
    ) -> Iterator[Statement]:
        has = self.lexicon.has
        if thing and has("reach", plain):
            yield Statement(Act.REACH, clause, metres=metres, landmark=thing)
        elif thing and has("towards", plain):
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

    def _size(self, plain: str) -> tuple[float, float]:
        has, told = self.lexicon.has, self.lexicon.degrees(plain)
        if told is not None:
            slack = max(_OFF[0], _OFF[1] * told)
            return max(_SLIGHT[0], told - slack), told + slack
        if has("around", plain):
            return _AROUND
        return _SHARP if has("sharp", plain) else _SLIGHT if has("slight", plain) else _NORMAL

    def _stop(self, clause: str, plain: str, thing: str, rooms: Sequence[tuple[str, int]]) -> Statement:
        """Return a stop at a thing, or in a room."""
        has, side = self.lexicon.has, next(iter(self._sides(plain)), 0)
        metres = self._metres(plain)
        if thing:
            close = "before" if has("before", plain) and metres is None else "ahead"
            where = "at" if has("at", plain) else "side" if side else close
        else:
            where = self._part(plain)
        room = rooms[0][0] if rooms and not thing else ""
        return Statement(Act.STOP, clause, side, metres=metres, landmark=thing, where=where, target=room)

    def _part(self, plain: str) -> str:
        """Return the part of a room that is spoken of."""
        return next((part for part in ("inside", "end", "middle") if self.lexicon.has(f"part_{part}", plain)), "")

    def _second(self, plain: str, things: Sequence[tuple[str, int]]) -> int:
        """Return where a clause begins to tell a second thing that one stops with; its length where it does not."""
        if len(things) < 2:
            return len(plain)
        (_, first), (_, second) = things[:2]
        told = self.lexicon.patterns["with"].finditer(plain, first, second)
        return max((match.start() for match in told), default=len(plain))

    def _between(self, clause: str, first: str, second: str) -> Iterator[Statement]:
        sides = self._sides(clause)
        if len(sides) > 1 and sides[0] == sides[1]:
            yield Statement(Act.STOP, clause, sides[0], landmark=first, where="side")
            yield Statement(Act.STOP, clause, sides[1], landmark=second, where="side")
        else:
            side = next(iter(sides), 0)
            yield Statement(Act.STOP, clause, side, landmark=first, where="between", other=second)

    def _sides(self, clause: str) -> list[int]:
        """Return the sides that are said, in order: 1 left, -1 right."""
        patterns = {1: self.lexicon.patterns["left"], -1: self.lexicon.patterns["right"]}
        said = [(match.start(), side) for side, pattern in patterns.items() for match in pattern.finditer(clause)]
        return [side for _, side in sorted(said)]

    def _metres(self, clause: str) -> float | None:
        return _SHORT if self.lexicon.has("short", clause) else self.lexicon.metres(clause)


def same_thing(said: str, category: str) -> bool:
    """Return whether a person may mean an object of a category by a name: "table" is said of a coffee table, too."""
    plain = category_of(category) or category
    return said in (category, plain) or f" {category}".endswith(f" {said}")
