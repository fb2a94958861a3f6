"""The embedded labeller: facts from masks and geometry, put into words by a small grammar."""

from collections.abc import Sequence

import numpy as np

from vln_pipeline.labelling.check import Checker
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.plan import plan_leg, plan_too_far
from vln_pipeline.labelling.remarks import plan_remarks
from vln_pipeline.labelling.route import Leg, follow
from vln_pipeline.labelling.steps import Concept, Step, join_legs, spare
from vln_pipeline.labelling.walk import Walk
from vln_pipeline.labelling.wording import Wording
from vln_pipeline.seeding import generator

_DRAWS = 20
"""Draws of a wording, of which the one of the most fitting length is taken."""
_OPENINGS = 0.5
"""Share of wordings that tell where one starts, where that is known."""


class TemplateLabeller:
    """Labels walks without any model; the same seed gives the same words.

    Args:
        config: which objects may be named, the language, and how long and how many wordings are.
        seed: the run's seed.
    """

    concurrency = 1

    def __init__(self, config: LabellingConfig, seed: int) -> None:
        self._config, self._seed = config, seed
        self._book = load_phrasebook(config.language)
        self.name = "template-4"

    def label(self, walk: Walk, checker: Checker) -> Labels:
        """Return the instructions of a walk, judged by a follower."""
        trajectory = walk.trajectory
        draw = generator(self._seed, trajectory.scene, "labelling", trajectory.id)
        nouns = self._book.nouns
        legs = follow(walk, self._config.landmarks, nouns)
        short = [plan_leg(leg, nouns, detailed=False) for leg in legs]
        full = plan_remarks(legs, [plan_leg(leg, nouns, detailed=True) for leg in legs])
        plain = self._book.registers["plain"]
        clips = tuple(
            Clip(
                leg.clip.start,
                leg.clip.end,
                Wording(self._book, plain, draw).text(detail),
                Wording(self._book, plain, draw).text(brief),
            )
            for leg, detail, brief in zip(legs, full, plan_remarks(legs, short), strict=True)
        )
        last = len(trajectory.path) - 1
        plans = [join_legs(told, walk.walked) for told in (spare(short), short, full)]
        too_far = plan_too_far(legs[-1], walk.beyond)

        def judged(plans: Sequence[Sequence[Step]]) -> Labels:
            first, *others = self._routes(legs, plans, too_far, draw)
            said = Labels(
                trajectory.id, clips, first, (0, last), tuple(others), self.name, language=self._book.language
            )
            return checker.judged(walk, said, complete=True)

        labels = judged(plans)
        # What few words leave open, all that can be told may tell.
        return labels if checker.keeps(labels) else judged(plans[-1:])

    def close(self) -> None:
        """Do nothing; no model is held."""

    def _routes(
        self, legs: Sequence[Leg], plans: Sequence[Sequence[Step]], too_far: Sequence[Step], draw: np.random.Generator
    ) -> list[str]:
        """Return wordings of the whole route, each of a length that people's have."""
        routes: list[str] = []
        lengths = self._config.lengths
        shape = (lengths.mean / lengths.deviation) ** 2
        for _ in range(1 + self._config.variants):
            wanted = draw.gamma(shape, lengths.mean / shape)
            drawn = [self._route(legs, plans, too_far, draw) for _ in range(_DRAWS)]
            fresh = [text for text in drawn if text not in routes] or drawn
            routes.append(min(fresh, key=lambda text: abs(len(text.split()) - wanted)))
        return routes

    def _route(
        self, legs: Sequence[Leg], plans: Sequence[Sequence[Step]], too_far: Sequence[Step], draw: np.random.Generator
    ) -> str:
        """Return one wording of the whole route."""
        registers = list(self._book.registers.values())
        register = registers[int(draw.integers(len(registers)))]
        steps = [*plans[int(draw.integers(len(plans)))]]
        if legs[0].room and not legs[0].changes and draw.random() < _OPENINGS:
            steps.insert(0, Step(Concept.SITUATE, 0, ("opening",), {"room": Named(legs[0].room)}))
        if register.too_far and draw.random() < _OPENINGS:
            steps += too_far
        return Wording(self._book, register, draw).text(steps, connect=True)
