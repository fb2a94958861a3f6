"""One phrase of the template labeller before it is put into words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.landmarks import Mention
from vln_pipeline.labelling.nouns import Named

SIDES = {1: "left", -1: "right"}
_SENTENCES = ("remark", "opening", "too_far")
_REACHING = ("reach", "reach_distance")
_SPARED = ("pass", "towards", "towards_distance")
"""What the shortest wordings leave out."""
_SMALL = 40.0
"""They leave out turns up to this angle, too, degrees: few people tell those."""
_WORTH_A_WORD = 0.3
"""A shorter way is not told, metres."""


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
        slots: the thing or room that each of its placeholders speaks of; under "side", "left" or "right".
        metres: distance for its {distance}, where it has one.
        landmark: instance id of the landmark it names, 0 for none.
        gap: distance to that landmark for its {distance}, where it tells one, metres.
        angle: of the turn or curve that it tells, degrees, positive to the left.
    """

    concept: Concept
    frame: int
    keys: tuple[str, ...]
    slots: dict[str, Named | str] = field(default_factory=dict)
    metres: float = 0.0
    landmark: int = 0
    gap: float = 0.0
    angle: float = 0.0

    @classmethod
    def about(
        cls,
        mention: Mention,
        concept: Concept,
        *keys: str,
        metres: float = 0.0,
        gap: float = 0.0,
        other: Mention | None = None,
    ) -> "Step":
        """Return a step that names a landmark, and perhaps another one."""
        slots: dict[str, Named | str] = {"landmark": _named(mention)}
        if other:
            slots["other"] = _named(other)
            if other.side:
                slots["other_side"] = SIDES[other.side]
        if mention.side:
            slots |= {"side": SIDES[mention.side]}
        return cls(concept, mention.frame, keys, slots, metres, mention.landmark.instance, gap)

    @property
    def is_sentence(self) -> bool:
        """Return whether it is a sentence of its own."""
        return self.keys[0].startswith(_SENTENCES)

    @property
    def is_remark(self) -> bool:
        """Return whether it tells where something is."""
        return self.keys[0].startswith("remark")

    @property
    def is_bare(self) -> bool:
        """Return whether it tells a distance and nothing else."""
        return self.keys[0] in ("straight", "onward")


def spare(plans: Sequence[Sequence[Step]]) -> Sequence[Sequence[Step]]:
    """Return the steps of legs without what the shortest wordings leave out.

    That is what is passed or headed for and small turns within a room, where anything but the stop is left, and the
    room that one goes out of, where the way into it was told. Distances count from the step before, so that steps are
    spared before they are joined. The way to a place that nothing else tells stays.
    """
    left = [[step for step in plan if not _is_spared(step) or _leads_to_stop(plan, step)] for plan in plans]
    return list(_unsaid_sources(left if sum(map(len, left)) > 1 else plans))


def _is_spared(step: Step) -> bool:
    small = step.keys[0] == "turn_slight" and step.keys[-1] not in ("into", "out_of") and abs(step.angle) <= _SMALL
    return small or step.keys[0] in _SPARED


def _leads_to_stop(plan: Sequence[Step], step: Step) -> bool:
    stop = plan[-1]
    return step.keys[0] == "towards_distance" and stop.keys[0].startswith("stop") and not stop.landmark


def _unsaid_sources(plans: Sequence[Sequence[Step]]) -> Iterator[Sequence[Step]]:
    entered = False
    for plan in plans:
        told = []
        for step in plan:
            known = entered and step.keys == ("cross",)
            told.append(replace(step, keys=("enter",), slots={"target": step.slots["target"]}) if known else step)
            entered = "target" in step.slots or (entered and step.keys[0] != "leave" and "out_of" not in step.keys)
        yield told


def join_legs(plans: Sequence[Sequence[Step]], walked: NDArray[np.float64]) -> tuple[Step, ...]:
    """Return the steps of all legs without what only the end of a leg made necessary.

    Neighbouring bare distances are one, walking towards something is left out before passing it, a further thing of its
    kind is not passed on the same side, and a turn at what was just reached does not name it again. Distances count
    from the step that is told before, since a listener does not know where a leg begins.

    Args:
        plans: the steps of each leg.
        walked: (N,) metres walked up to each frame.
    """
    joined: list[Step] = []
    for step in (step for plan in plans for step in plan):
        before = joined[-1] if joined else None
        same = before is not None and before.landmark == step.landmark != 0
        if before and before.is_bare and step.is_bare:
            joined[-1] = replace(before, frame=step.frame)
        elif before and same and before.keys[0].startswith("towards") and step.keys[0] in ("pass", *_REACHING):
            joined[-1] = step
        elif before and _is_repeated(before, step):
            continue
        elif before and same and before.keys[0] in _REACHING and step.keys[-1] == "at":
            joined.append(replace(step, keys=step.keys[:-1]))
        else:
            joined.append(step)
    return tuple(_measured(joined, walked))


def _is_repeated(before: Step, step: Step) -> bool:
    """Return whether both pass a thing of one kind on one side."""
    if not before.keys == step.keys == ("pass",) or before.slots["side"] != step.slots["side"]:
        return False
    things = [told.slots["landmark"] for told in (before, step)]
    return len({thing.name for thing in things if isinstance(thing, Named)}) == 1


def _measured(steps: Sequence[Step], walked: NDArray[np.float64]) -> Iterator[Step]:
    """Yield the steps, their distances counted from the step before; no distance is left that is no way."""
    since = 0
    for step in steps:
        metres = float(walked[step.frame] - walked[since]) if step.metres or step.is_bare else 0.0
        if metres < _WORTH_A_WORD and (step.metres or step.is_bare):
            if step.is_bare:
                continue
            yield replace(step, metres=0.0, keys=(step.keys[0].removesuffix("_distance"), *step.keys[1:]))
        else:
            yield replace(step, metres=metres)
        since = since if step.is_sentence else max(since, step.frame)


def _named(mention: Mention) -> Named:
    return Named(mention.landmark.category, known=mention.landmark.alone, instance=mention.landmark.instance)
