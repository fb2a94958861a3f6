"""The embedded labeller: facts from masks and geometry, put into words by a small grammar."""

from collections.abc import Iterator, Sequence

import numpy as np

from vln_pipeline.labelling.check import Checker
from vln_pipeline.labelling.config import LandmarkConfig
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.plan import plan_leg
from vln_pipeline.labelling.remarks import plan_remarks
from vln_pipeline.labelling.route import Leg, follow
from vln_pipeline.labelling.steps import Step, join_legs
from vln_pipeline.labelling.walk import Walk
from vln_pipeline.seeding import generator

_LONGEST = 3
"""Most steps in one sentence."""
_REDRAWS = 20
"""Draws of a wording before two variants may be alike."""


class TemplateLabeller:
    """Labels walks without any model; the same seed gives the same words.

    Args:
        config: which objects may be named.
        variants: further wordings of the whole route.
        seed: the run's seed.
    """

    name = "template-2"
    concurrency = 1

    def __init__(self, config: LandmarkConfig, variants: int, seed: int) -> None:
        self._config, self._variants, self._seed = config, variants, seed
        self._book = load_phrasebook()

    def label(self, walk: Walk, checker: Checker) -> Labels:
        """Return the instructions of a walk, judged by a follower."""
        nouns, trajectory = self._book.nouns, walk.trajectory
        draw = generator(self._seed, trajectory.scene, "labelling", trajectory.id)
        legs = follow(walk, self._config, nouns)
        short = [plan_leg(leg, nouns, detailed=False) for leg in legs]
        full = plan_remarks(legs, [plan_leg(leg, nouns, detailed=True) for leg in legs], nouns)
        clips = tuple(
            Clip(leg.clip.start, leg.clip.end, self._word(detail, draw), self._word(brief, draw))
            for leg, detail, brief in zip(legs, full, plan_remarks(legs, short, nouns), strict=True)
        )
        routes = self._routes(legs, [join_legs(short, walk.walked), join_legs(full, walk.walked)], draw)
        last = len(trajectory.path) - 1
        labels = Labels(trajectory.id, clips, routes[0], (0, last), tuple(routes[1:]), self.name)
        return checker.judged(walk, labels, complete=True)

    def close(self) -> None:
        """Do nothing; no model is held."""

    def _routes(self, legs: Sequence[Leg], plans: Sequence[Sequence[Step]], draw: np.random.Generator) -> list[str]:
        """Return wordings of the whole route, short and full in turn."""
        routes: list[str] = []
        for i in range(1 + self._variants):
            for _ in range(_REDRAWS):
                text = self._word(plans[i % len(plans)], draw, connect=True)
                if i % 2 and legs[0].room and not legs[0].changes:
                    text = f"{self._book.pick('opening', draw).format(room=f'the {legs[0].room}')} {text}"
                if text not in routes:
                    break
            routes.append(text)
        return routes

    def _word(self, steps: Sequence[Step], draw: np.random.Generator, *, connect: bool = False) -> str:
        """Return the sentences of some steps."""
        sentences: list[str] = []
        connector = ""
        for group in _sentences(steps, draw):
            if group[0].is_remark:
                sentences.append(self._phrase(group[0], draw, ""))
                continue
            connected = connect and sentences and draw.random() < 0.6
            connector = self._book.pick("connector", draw, connector) if connected else ""
            text = f"{connector} {self._join(group, draw, then=connector != 'Then')}".strip()
            sentences.append(f"{text[0].upper()}{text[1:]}.")
        return " ".join(sentences)

    def _join(self, steps: Sequence[Step], draw: np.random.Generator, *, then: bool) -> str:
        phrases: list[str] = []
        for step in steps:
            phrases.append(self._phrase(step, draw, phrases[-1] if phrases else ""))
        if len(phrases) == 1:
            return phrases[0]
        *head, tail = phrases
        nested = any(" and " in phrase for phrase in phrases)
        link = ", then " if nested or (draw.random() < 0.3 and then) else " and "
        return f"{', '.join(head)}{link}{tail}"

    def _phrase(self, step: Step, draw: np.random.Generator, previous: str) -> str:
        first, *rest = step.keys
        wording = " ".join([self._book.pick(first, draw, previous), *(self._book.pick(key, draw) for key in rest)])
        distance = self._book.distance(step.metres, draw) if step.metres else ""
        return wording.format(**step.slots, distance=distance)


def _sentences(steps: Sequence[Step], draw: np.random.Generator) -> Iterator[Sequence[Step]]:
    """Yield the steps of each sentence: a remark alone, others in twos and threes."""
    group: list[Step] = []
    for i, step in enumerate(steps):
        if step.is_remark:
            if group:
                yield group
            yield [step]
            group = []
            continue
        group.append(step)
        left = len(steps) - i - 1
        if len(group) == _LONGEST or (len(group) == _LONGEST - 1 and left != 1 and draw.random() < 0.5):
            yield group
            group = []
    if group:
        yield group
