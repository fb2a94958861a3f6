"""Answers that look at nothing: what a System 2 has to be better than."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from vln_pipeline.models.system2.answer import LOOK_DOWN, PixelGoal, goal_text, moves_text, parse
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.training.system2.judging import Judged
from vln_pipeline.training.system2_batch import SampleKind

CONSTANT, TURN, STOP = "best constant pixel goal", "most frequent turn", "always STOP"


def rivals(judged: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Return what is said by those who always say the same, by name.

    All are chosen with the right answers at hand, so that no answer that looks at nothing does better: the pixel goal
    with the smallest median error, the most frequent answer among turns, and STOP.

    Args:
        judged: samples with their right answers; what was said does not matter.
    """
    kinds = Counter(one.sample.kind for one in judged)
    said: dict[str, tuple[str, str]] = {}
    if kinds[SampleKind.PIXEL]:
        said[CONSTANT] = (LOOK_DOWN, goal_text(_best_constant(judged)))
    if kinds[SampleKind.TURN]:
        texts = Counter(one.right[0] for one in judged if one.sample.kind is SampleKind.TURN)
        said[TURN] = (texts.most_common(1)[0][0],) * 2
    if kinds[SampleKind.STOP]:
        said[STOP] = (moves_text((Action.STOP,)),) * 2
    return {name: [replace(one, said=texts[: len(one.right)]) for one in judged] for name, texts in said.items()}


def _best_constant(judged: Sequence[Judged]) -> PixelGoal:
    """Return which of the right pixel goals has the smallest median distance to all of them."""
    pairs = (parse(one.right[-1], one.sample.goal_size) for one in judged if one.sample.kind is SampleKind.PIXEL)
    goals = [goal for goal in pairs if isinstance(goal, PixelGoal)]
    places = np.array([(goal.column, goal.row) for goal in goals])
    distances = np.linalg.norm(places[:, None] - places[None], axis=-1)
    return goals[int(np.median(distances, axis=1).argmin())]
