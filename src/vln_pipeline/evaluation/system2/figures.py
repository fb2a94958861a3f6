"""What an examination comes to, in numbers."""

from collections.abc import Sequence

import numpy as np

from vln_pipeline.models.system2.answer import Answer, LookDown, Moves, Stop, parse
from vln_pipeline.training.system2.judging import Judged, judge
from vln_pipeline.training.system2_batch import SampleKind

_KINDS: dict[type[Answer], SampleKind] = {
    LookDown: SampleKind.PIXEL,
    Moves: SampleKind.TURN,
    Stop: SampleKind.STOP,
}
"""The kind of sample to which an answer to the first question would be right."""


def figures(judged: Sequence[Judged]) -> dict[str, float]:
    """Return figures by name: those of ``judge``, and how well the kind of the first answer is told.

    ``kind_accuracy``: share of samples whose first answer is of the right kind (look down, turn, stop). ``turn_f1``,
    ``stop_f1``: harmonic mean of precision and recall of that kind among all samples. ``direction_accuracy``: share of
    turn samples whose first move is right; ``side_accuracy``: the same of those that were answered with turns.
    """
    right = [one.sample.kind for one in judged]
    said = [_kind(one) for one in judged]
    told = judge(judged) | {"kind_accuracy": float(np.mean([a == b for a, b in zip(said, right, strict=True)]))}
    for kind in (SampleKind.TURN, SampleKind.STOP):
        hits = sum(a == b == kind for a, b in zip(said, right, strict=True))
        if kind in right:
            told[f"{kind}_f1"] = 2 * hits / (said.count(kind) + right.count(kind))
    turns = [one for one in judged if one.sample.kind is SampleKind.TURN]
    turned = [one for one in turns if _kind(one) is SampleKind.TURN]
    for name, asked in (("direction_accuracy", turns), ("side_accuracy", turned)):
        if asked:
            told[name] = float(np.mean([one.said[0][:1] == one.right[0][:1] for one in asked]))
    return told


def _kind(one: Judged) -> SampleKind | None:
    return _KINDS.get(type(parse(one.said[0], one.sample.goal_size)))
