"""Remarks on what is seen on the way, beside what there is to do."""

from collections.abc import Sequence

from vln_pipeline.labelling.landmarks import Mention, Relation
from vln_pipeline.labelling.nouns import Nouns
from vln_pipeline.labelling.plan import Concept, Step, landmark_slots
from vln_pipeline.labelling.route import Leg

_SHARE = 0.28
"""Share of phrases that tell where things are; NAVCON counts 42 % moves, 28 % situations, 22 % turns, 9 % regions."""


def plan_remarks(legs: Sequence[Leg], plans: Sequence[tuple[Step, ...]], nouns: Nouns) -> tuple[tuple[Step, ...], ...]:
    """Add remarks on what is seen, the most salient first, until situations have their share of all phrases."""
    steps = sum(len(plan) for plan in plans)
    situated = sum(step.concept is Concept.SITUATE for plan in plans for step in plan)
    wanted = round((steps - situated) * _SHARE / (1 - _SHARE)) - situated
    candidates = [
        (mention, i)
        for i, (leg, plan) in enumerate(zip(legs, plans, strict=True))
        for mention in _unsaid(leg, plan, nouns)[:1]
    ]
    best = sorted(candidates, key=lambda c: -c[0].landmark.salience)[: max(wanted, 0)]
    remarked = {i: mention for mention, i in best}
    return tuple(
        _insert(leg, plan, _remark(remarked[i], nouns)) if i in remarked else plan
        for i, (leg, plan) in enumerate(zip(legs, plans, strict=True))
    )


def _unsaid(leg: Leg, plan: Sequence[Step], nouns: Nouns) -> list[Mention]:
    said = {step.slots["noun"] for step in plan if "noun" in step.slots}
    return [m for m in leg.mentions if m.relation is Relation.SEEN and nouns.name(m.landmark.category) not in said]


def _remark(mention: Mention, nouns: Nouns) -> Step:
    key = "remark_side" if mention.side else "remark_ahead"
    return Step(Concept.SITUATE, mention.frame, (key,), landmark_slots(mention, nouns))


def _insert(leg: Leg, plan: tuple[Step, ...], remark: Step) -> tuple[Step, ...]:
    """Put a remark before the leg's turn when the thing is seen before it, else at the end, but before the stop."""
    turn = max((t.end for t in leg.clip.turns), default=-1)
    place = 0 if remark.frame <= turn else len(plan) - leg.last
    return (*plan[:place], remark, *plan[place:])
