"""What the template labeller says of a leg, and in which order, before it is put into words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from vln_pipeline.labelling.bends import Bend
from vln_pipeline.labelling.choice import Choice
from vln_pipeline.labelling.landmarks import Relation
from vln_pipeline.labelling.nouns import Named, Nouns
from vln_pipeline.labelling.route import Leg, RoomChange
from vln_pipeline.labelling.steps import Concept, Step
from vln_pipeline.labelling.stops import plan_stop
from vln_pipeline.labelling.turn_words import side, turn_size

_CURVE = 35.0
"""Heading change outside turns that is worth a word, degrees."""
_WORTH_A_DISTANCE = 1.25
"""Shortest way to or from a change of room that is told, metres."""
_APPROACHES = (Relation.REACHED, Relation.TOWARDS)


def plan_leg(leg: Leg, nouns: Nouns, *, detailed: bool) -> tuple[Step, ...]:
    """Return the steps of a leg in the order of the walk; every turn, climb and change of room is among them.

    Args:
        leg: the facts.
        nouns: of the language.
        detailed: whether to name a second landmark that is passed, and all distances.
    """
    chosen = Choice(leg.mentions, nouns)
    goal = chosen.goal() if leg.last else None
    vague = leg.last and (goal is None or not goal.landmark.alone)
    curved = abs(leg.drift) >= _CURVE
    bends = (*leg.turns, leg.curve) if curved else leg.turns
    steps = [*_turns(leg, chosen), *_changes(leg, [bend.entered for bend in bends])]
    if curved:
        steps.append(_curve(leg))
    for climb in leg.climbs:
        steps.append(Step(Concept.MOVE, climb.start, ("climb_up" if climb.rise > 0 else "climb_down",)))
    first = chosen.best(Relation.PASSED)
    second = chosen.best(Relation.PASSED, beside=first) if first and detailed else None
    passed = [mention for mention in (first, second) if mention]
    for mention in passed:
        steps.append(Step.about(mention, Concept.MOVE, "pass"))
    approach = chosen.of(goal, _APPROACHES) or chosen.best(*_APPROACHES)
    if approach:
        key = "reach" if approach.relation is Relation.REACHED else "towards"
        if leg.last and goal is None and approach.relation is Relation.TOWARDS:
            metres = leg.tail  # nothing but the way tells where to stop short of it
        else:
            metres = 0.0 if passed or leg.changes or leg.clip.turns or not detailed else leg.length
        key = f"{key}_distance" if metres else key
        steps.append(Step.about(approach, Concept.MOVE, key, metres=metres))
    elif vague or not passed:
        steps += _bare_move(leg, curved=curved, detailed=detailed or vague)
    ordered = sorted(steps, key=lambda s: s.frame)
    if not leg.last:
        return tuple(ordered)
    return (*ordered, plan_stop(leg, goal, approach, chosen, detailed=detailed))


def _turns(leg: Leg, chosen: Choice) -> Iterator[Step]:
    for turn in leg.turns:
        size = turn_size(turn.angle)
        fitting = (Relation.TURN_AT,) if turn.entered else (Relation.TURN_TOWARDS, Relation.TURN_AT)
        mention = chosen.best(*fitting, frame=turn.start) if size != "around" else None
        step = _bend(turn, (f"turn_{size}",), leg)
        if mention:
            where = "at" if mention.relation is Relation.TURN_AT else "turn_towards"
            turned, *into = step.keys
            about = Step.about(mention, Concept.DIRECTION, turned, where, *into)
            yield replace(about, frame=step.frame, slots=about.slots | step.slots, angle=step.angle)
        else:
            yield step


def _bend(bend: Bend, keys: tuple[str, ...], leg: Leg) -> Step:
    """Return a turn or a curve, with the room that it leads into."""
    slots: dict[str, Named | str] = {"side": side(bend.angle)}
    for change in leg.changes:
        if change.frame == bend.entered:
            into = "into" if change.target else "out_of"
            return Step(Concept.DIRECTION, change.frame, (*keys, into), slots | _rooms(change), angle=bend.angle)
    return Step(Concept.DIRECTION, bend.frame, keys, slots, angle=bend.angle)


def _curve(leg: Leg) -> Step:
    """Return a curve; one that lies within a room that was entered on this leg says so."""
    before = [change for change in leg.changes if change.frame <= leg.curve.frame]
    if leg.curve.entered is None and before and before[-1].target:
        slots: dict[str, Named | str] = {"side": side(leg.drift), "room": Named(before[-1].target)}
        return Step(Concept.DIRECTION, leg.curve.frame, ("curve_within",), slots, angle=leg.drift)
    return _bend(leg.curve, ("curve",), leg)


def _changes(leg: Leg, entered: Sequence[int | None]) -> Iterator[Step]:
    """Yield the changes of room that no turn or curve leads into."""
    for i, change in enumerate(leg.changes):
        if change.frame not in entered:
            key = "leave" if not change.target else "cross" if change.source and i == 0 else "enter"
            yield Step(Concept.REGION, change.frame, (key,), _rooms(change))


def _rooms(change: RoomChange) -> dict[str, Named | str]:
    target = Named(change.target, another=change.source == change.target)
    slots = {"source": Named(change.source), "target": target}
    return {slot: room for slot, room in slots.items() if room.name}


def _bare_move(leg: Leg, *, curved: bool, detailed: bool) -> Iterator[Step]:
    """A distance up to the first change of room, or from the last change or turn on, whichever is the longer."""
    key = "onward" if curved or leg.turns else "straight"
    if not leg.changes:
        yield Step(Concept.MOVE, leg.clip.end, (key,), metres=leg.tail)
        return
    before = leg.changes[0].walked
    if not detailed or max(before, leg.tail) < _WORTH_A_DISTANCE:
        return
    if before >= leg.tail and not leg.turns and not leg.last:
        yield Step(Concept.MOVE, leg.changes[0].frame - 1, (key,), metres=before)
    else:
        yield Step(Concept.MOVE, leg.clip.end, ("onward",), metres=leg.tail)


def plan_too_far(leg: Leg, beyond: str) -> tuple[Step, ...]:
    """Return what tells that one has gone too far, where something lies ahead of the walk's end.

    Args:
        leg: the last one.
        beyond: type of the room that lies ahead; empty where none does that the walk has not been in.
    """
    thing = next((m for m in leg.mentions if m.relation is Relation.BEYOND), None)
    if beyond:
        return (Step(Concept.SITUATE, leg.clip.end, ("too_far_room",), {"room": Named(beyond)}),)
    return (Step.about(thing, Concept.SITUATE, "too_far"),) if thing else ()
