"""Remarks on what is seen on the way, beside what there is to do."""

from collections.abc import Sequence

from vln_pipeline.labelling.landmarks import Mention, Relation
from vln_pipeline.labelling.route import Leg
from vln_pipeline.labelling.steps import Concept, Step

_SHARE = 0.28
"""Share of phrases that tell where things are; NAVCON counts 42 % moves, 28 % situations, 22 % turns, 9 % regions."""


def plan_remarks(legs: Sequence[Leg], plans: Sequence[tuple[Step, ...]]) -> tuple[tuple[Step, ...], ...]:
    """Add remarks on what is seen, the most salient first, until situations have their share of all phrases.

    A leg gets at most one, and no remark is on a landmark that another phrase of the walk names.
    """
    steps = [step for plan in plans for step in plan]
    situated = sum(step.concept is Concept.SITUATE for step in steps)
    wanted = round((len(steps) - situated) * _SHARE / (1 - _SHARE)) - situated
    named = {step.landmark for step in steps}
    candidates = [(mention, i) for i, leg in enumerate(legs) for mention in leg.mentions]
    remarked: dict[int, Mention] = {}
    for mention, i in sorted(candidates, key=lambda c: -c[0].landmark.salience):
        fresh = i not in remarked and mention.landmark.instance not in named
        if fresh and mention.relation is Relation.SEEN and len(remarked) < wanted:
            remarked[i] = mention
            named.add(mention.landmark.instance)
    return tuple(
        _insert(leg, plan, remarked[i]) if i in remarked else plan
        for i, (leg, plan) in enumerate(zip(legs, plans, strict=True))
    )


def _insert(leg: Leg, plan: tuple[Step, ...], mention: Mention) -> tuple[Step, ...]:
    """Put a remark before the leg's turn when the thing is seen before it, else at the end, but before the stop."""
    remark = Step.about(mention, Concept.SITUATE, "remark_side" if mention.side else "remark_ahead")
    turn = max((t.end for t in leg.clip.turns), default=-1)
    # "Stop in front of it" must follow what "it" stands for.
    tail = 0 if not leg.last else 2 if plan[-1].keys[0] == "stop_at_it" else 1
    place = 0 if mention.frame <= turn else len(plan) - tail
    return (*plan[:place], remark, *plan[place:])
