"""What the template labeller says of a leg, and in which order, before it is put into words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from vln_pipeline.labelling.landmarks import Mention, Relation
from vln_pipeline.labelling.nouns import Nouns
from vln_pipeline.labelling.route import Leg

SIDES = {1: "left", -1: "right"}
_CURVE = 35.0
"""Heading change outside turns that is worth a word, degrees."""
_WORTH_A_DISTANCE = 1.25
"""Shortest way to or from a change of room that is told, metres."""
_APPROACHES = (Relation.REACHED, Relation.TOWARDS)


class Concept(StrEnum):
    """The navigation concepts of NAVCON."""

    MOVE = "move"
    SITUATE = "situate"
    DIRECTION = "direction"
    REGION = "region"


@dataclass(frozen=True)
class Step:
    """One phrase to be.

    Attributes:
        concept: what kind of phrase.
        frame: where it belongs in the order.
        keys: of the phrase and of what follows it, in the phrasebook.
        slots: words for its placeholders.
        metres: distance for its {distance}, where it has one.
    """

    concept: Concept
    frame: int
    keys: tuple[str, ...]
    slots: dict[str, str] = field(default_factory=dict)
    metres: float = 0.0

    @property
    def is_remark(self) -> bool:
        """Return whether it is a sentence of its own."""
        return self.keys[0].startswith("remark")

    @property
    def is_bare(self) -> bool:
        """Return whether it tells a distance and nothing else."""
        return self.keys[0] in ("straight", "onward")


def plan_leg(leg: Leg, nouns: Nouns, *, detailed: bool) -> tuple[Step, ...]:
    """Return the steps of a leg in the order of the walk; every turn and every change of room is among them.

    Args:
        leg: the facts.
        nouns: how landmarks are spoken of.
        detailed: whether to name a second landmark that is passed, and all distances.
    """
    chosen = _Choice(leg.mentions)
    goal = chosen.best(Relation.GOAL) if leg.last else None
    steps = [*_turns(leg, chosen, nouns), *_changes(leg)]
    start, end = leg.clip.start, leg.clip.end
    curved = abs(leg.drift) >= _CURVE
    if curved:
        steps.append(Step(Concept.DIRECTION, start, ("curve",), {"side": _side(leg.drift)}))
    passed = [m for m in (chosen.best(Relation.PASSED) for _ in range(1 + detailed)) if m]
    for mention in passed:
        steps.append(Step(Concept.MOVE, mention.frame, ("pass",), landmark_slots(mention, nouns)))
    approach = chosen.of(goal, _APPROACHES) or chosen.best(*_APPROACHES)
    if approach:
        key = "reach" if approach.relation is Relation.REACHED else "towards"
        metres = 0.0 if passed or leg.changes or leg.clip.turns or not detailed else leg.length
        keys = (f"{key}_distance" if metres else key,)
        steps.append(Step(Concept.MOVE, end, keys, landmark_slots(approach, nouns), metres))
    elif not passed:
        steps += _bare_move(leg, curved=curved, detailed=detailed)
    ordered = sorted(steps, key=lambda s: s.frame)
    return (*ordered, _stop(leg, goal, approach, nouns)) if leg.last else tuple(ordered)


def join_moves(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps with neighbouring bare distances added up."""
    joined: list[Step] = []
    for step in steps:
        if joined and step.is_bare and joined[-1].is_bare:
            joined[-1] = replace(joined[-1], metres=joined[-1].metres + step.metres)
        else:
            joined.append(step)
    return tuple(joined)


class _Choice:
    """Mentions of a leg, each landmark used once."""

    def __init__(self, mentions: Sequence[Mention]) -> None:
        self.mentions, self.used = mentions, set[int]()

    def best(self, *relations: Relation, frame: int | None = None) -> Mention | None:
        for mention in self.mentions:
            fits = mention.relation in relations and frame in (None, mention.frame)
            if fits and mention.landmark.instance not in self.used:
                self.used.add(mention.landmark.instance)
                return mention
        return None

    def of(self, known: Mention | None, relations: Sequence[Relation]) -> Mention | None:
        """Return another mention of a landmark that is already chosen."""
        same = (m for m in self.mentions if known and m.landmark.instance == known.landmark.instance)
        return next((m for m in same if m.relation in relations), None)


def _turns(leg: Leg, chosen: _Choice, nouns: Nouns) -> Iterator[Step]:
    for turn in leg.clip.turns:
        size = abs(turn.angle)
        key = "slight" if size < 55 else "normal" if size < 120 else "sharp" if size < 150 else "around"
        mention = chosen.best(Relation.TURN_TOWARDS, Relation.TURN_AT, frame=turn.start) if size < 150 else None
        keys, slots = [f"turn_{key}"], {"side": _side(turn.angle)}
        if mention:
            keys.append("at" if mention.relation is Relation.TURN_AT else "turn_towards")
            slots = landmark_slots(mention, nouns) | slots
        yield Step(Concept.DIRECTION, turn.start, tuple(keys), slots)


def _changes(leg: Leg) -> Iterator[Step]:
    for i, change in enumerate(leg.changes):
        key = "leave" if not change.target else "cross" if change.source and i == 0 else "enter"
        article = "the next" if change.source == change.target else "the"
        slots = {"source": f"the {change.source}", "target": f"{article} {change.target}"}
        yield Step(Concept.REGION, change.frame, (key,), slots)


def _bare_move(leg: Leg, *, curved: bool, detailed: bool) -> Iterator[Step]:
    """A distance up to the first change of room, or from there on, whichever is the longer."""
    key = "onward" if curved or leg.clip.turns else "straight"
    if not leg.changes:
        yield Step(Concept.MOVE, leg.clip.end, (key,), metres=leg.length)
        return
    first, last = leg.changes[0], leg.changes[-1]
    before, after = first.walked, leg.length - last.walked
    if not detailed or max(before, after) < _WORTH_A_DISTANCE:
        return
    if before >= after:
        yield Step(Concept.MOVE, first.frame - 1, (key,), metres=before)
    else:
        yield Step(Concept.MOVE, leg.clip.end, ("onward",), metres=after)


def _stop(leg: Leg, goal: Mention | None, approach: Mention | None, nouns: Nouns) -> Step:
    if goal and goal.side:
        keys, slots = ("stop_side",), landmark_slots(goal, nouns)
    elif goal:
        same = approach is not None and approach.landmark.instance == goal.landmark.instance
        keys, slots = ("stop_at_it" if same else "stop_ahead",), landmark_slots(goal, nouns)
    elif leg.room and not leg.changes:
        keys, slots = ("stop_room",), {"room": f"the {leg.room}"}
    else:
        keys, slots = ("stop",), {}
    return Step(Concept.SITUATE, leg.clip.end, keys, slots)


def landmark_slots(mention: Mention, nouns: Nouns) -> dict[str, str]:
    """Return the words that a phrase about a landmark may need."""
    category = mention.landmark.category
    many = nouns.is_plural(category)
    return {
        "noun": nouns.name(category),
        "landmark": nouns.definite(category) if mention.landmark.alone else nouns.indefinite(category),
        "a_landmark": nouns.indefinite(category),
        "it": "them" if many else "it",
        "be": "are" if many else "is",
        "side": SIDES.get(mention.side, ""),
    }


def _side(angle: float) -> str:
    return SIDES[1 if angle > 0 else -1]
