"""The measured motion of a leg in plain words, for the prompts of the model labellers."""

from collections.abc import Sequence

from vln_pipeline.labelling.landmarks import Relation
from vln_pipeline.labelling.route import Leg
from vln_pipeline.labelling.turn_words import side

_BEND = 20.0
"""Heading change outside turns that is worth telling a model, degrees."""
_OBJECTS = 6
"""Most objects that a model is told of."""


def describe_motion(leg: Leg) -> str:
    """Return what the robot does on a leg: turns with side and angle, distance, rooms, and whether it stops."""
    parts = [
        f"it turns {side(turn.angle)} by about {round(abs(turn.angle) / 5) * 5} degrees" for turn in leg.clip.turns
    ]
    bend = f" while bending {side(leg.drift)}" if abs(leg.drift) >= _BEND else ""
    parts.append(f"it moves {leg.length:.1f} metres forward{bend}")
    for change in leg.changes:
        leaves, enters = f"leaves the {change.source}", f"enters the {change.target}"
        parts.append("it " + " and ".join([leaves] * bool(change.source) + [enters] * bool(change.target)))
    if leg.last:
        parts.append("it stops")
    return f"{', then '.join(parts)}."


def describe_objects(leg: Leg) -> str:
    """Return the most salient landmarks of a leg with their sides, or "none"."""
    where = {1: "left", -1: "right", 0: "ahead"}
    seen = [f"{m.landmark.category} ({where[m.side]})" for m in leg.mentions if m.relation is Relation.SEEN]
    return ", ".join(dict.fromkeys(seen[:_OBJECTS])) or "none"


def describe_events(legs: Sequence[Leg]) -> str:
    """Return the verified events of a whole route as a numbered list, in order."""
    return "\n".join(
        f"{number}. {describe_motion(leg)} In view: {describe_objects(leg)}." for number, leg in enumerate(legs, 1)
    )
