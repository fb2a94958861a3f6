"""What the template labeller says of the place to stop at."""

from vln_pipeline.labelling.choice import Choice
from vln_pipeline.labelling.landmarks import Mention
from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.places import Place
from vln_pipeline.labelling.route import Leg
from vln_pipeline.labelling.steps import Concept, Step

_AT_ONCE = 0.9
"""Shortest way since the last turn after which a room tells where to stop; before that one stops at once, metres."""


def plan_stop(leg: Leg, goal: Mention | None, approach: Mention | None, chosen: Choice, *, detailed: bool) -> Step:
    """Return the step that ends a walk.

    Args:
        leg: the last one.
        goal: what the place is told by; None where nothing in view tells it.
        approach: what was walked up to or towards before.
        chosen: the leg's mentions.
        detailed: whether to tell more than a place needs that one landmark tells.
    """
    if goal is None:
        return _in_room(leg)
    across = chosen.across(goal)
    aside = chosen.aside(goal) if detailed or not goal.landmark.alone else None
    if across:
        left, right = sorted((goal, across), key=lambda mention: -mention.side)
        return Step.about(left, Concept.SITUATE, "stop_between", other=right)
    if aside:
        ahead, beside = sorted((goal, aside), key=lambda mention: bool(mention.side))
        key = "stop_ahead" if ahead.beside else "stop_facing"
        return Step.about(ahead, Concept.SITUATE, key, "with_other", other=beside)
    same = approach is not None and approach.landmark.instance == goal.landmark.instance
    if goal.side:
        key = "stop_beside" if goal.beside else "stop_side_distance"
    else:
        key = "stop_facing_distance" if not goal.beside else "stop_at_it" if same else "stop_ahead"
    return Step.about(goal, Concept.SITUATE, key, gap=0.0 if goal.beside else goal.gap)


def _in_room(leg: Leg) -> Step:
    """Return a stop that is told by the part of the room, or by the room alone where it was not just named."""
    if leg.room and leg.place is not Place.ANYWHERE:
        return Step(Concept.SITUATE, leg.clip.end, (f"stop_{leg.place}",), {"room": Named(leg.room)})
    if leg.room and not leg.changes and leg.tail >= _AT_ONCE:
        return Step(Concept.SITUATE, leg.clip.end, ("stop_room",), {"room": Named(leg.room)})
    return Step(Concept.SITUATE, leg.clip.end, ("stop",))
