"""The labeller that shows frames to models: one describes each clip, one rewrites and sums up."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.cache import CachedModel
from vln_pipeline.labelling.check import Checker
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.labelling.motion import describe_events, describe_motion, describe_objects
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.prompts import Prompts
from vln_pipeline.labelling.question import Question
from vln_pipeline.labelling.route import follow
from vln_pipeline.labelling.template import TemplateLabeller
from vln_pipeline.labelling.walk import Walk, spread

logger = logging.getLogger(__name__)


class ModelLabeller:
    """Labels walks with an image-text model and a text model.

    Args:
        captioner: describes a clip from its frames.
        writer: rewrites descriptions and joins them.
        prompts: what they are asked.
        config: the stage's parameters.
        template: writes what the models cannot be brought to write truly.
        concurrency: walks that may be labelled at the same time.

    Raises:
        DataError: there are fewer styles than wordings asked for.
    """

    def __init__(
        self,
        captioner: CachedModel,
        writer: CachedModel,
        prompts: Prompts,
        config: LabellingConfig,
        template: TemplateLabeller,
        concurrency: int,
    ) -> None:
        wordings = 1 + config.variants
        if wordings > len(prompts.styles):
            cause = f"{wordings} wordings of a route need as many styles, the prompts have {len(prompts.styles)}"
            raise DataError("params:labelling.variants", cause, "lower it or add styles to the prompt template")
        self._captioner, self._writer, self._prompts, self._config = captioner, writer, prompts, config
        self._styles, self._template = prompts.styles[:wordings], template
        self.name = f"{config.labeller}:{captioner.name}+{writer.name}"
        self.concurrency = concurrency

    def label(self, walk: Walk, checker: Checker) -> Labels:
        """Return the instructions of a walk, judged by a follower."""
        labels = checker.judged(walk, self._asked(walk), complete=False)
        wrong = [number for number, verdict in enumerate(labels.verdicts) if verdict.contradictions]
        if not wrong:
            return labels
        labels = checker.judged(walk, self._corrected(walk, labels, wrong), complete=False)
        true = [number for number, verdict in enumerate(labels.verdicts) if not verdict.contradictions]
        logger.info(
            "%s: %d of %d wordings contradicted the walk, %d still do after one correction",
            walk.trajectory.id,
            len(wrong),
            len(labels.verdicts),
            len(labels.verdicts) - len(true),
        )
        if true:
            texts = (labels.sum_instruction, *labels.variants)
            first, *others = (texts[number] for number in true)
            verdicts = tuple(labels.verdicts[number] for number in true)
            return replace(labels, sum_instruction=first, variants=tuple(others), verdicts=verdicts)
        if self._config.untrue == "drop":
            cause = f"contradicted by the walk after a correction: {labels.verdicts[0].contradictions[0]!r}"
            raise DataError(walk.trajectory.id, cause, "try another model, or set labelling.untrue to template")
        told = self._template.label(walk, checker)
        return replace(told, labeller=f"{told.labeller}, instead of {self.name}")

    def _asked(self, walk: Walk) -> Labels:
        prompts = self._prompts
        legs = follow(walk, self._config.landmarks, load_phrasebook().nouns)
        motions = [describe_motion(leg) for leg in legs]
        questions = []
        for leg, motion in zip(legs, motions, strict=True):
            images = [walk.film.rgb(frame) for frame in spread(leg.clip.start, leg.clip.end, self._config.clip_frames)]
            objects = describe_objects(leg)
            questions.append(Question.of(prompts.clip, images, motion=motion, objects=objects, count=len(images)))
        described = self._captioner.answers(questions)
        revised = self._writer.answers(
            [
                Question.of(prompts.rewrite, description=description, motion=motion)
                for description, motion in zip(described, motions, strict=True)
            ]
        )
        steps = "\n".join(f"{number}. {text}" for number, text in enumerate(revised, 1))
        events = describe_events(legs)
        routes = self._writer.answers(
            [Question.of(prompts.summary, steps=steps, events=events, style=style) for style in self._styles]
        )
        clips = (Clip(leg.clip.start, leg.clip.end, a, b) for leg, a, b in zip(legs, described, revised, strict=True))
        last = len(walk.trajectory.path) - 1
        language = self._config.language
        return Labels(
            walk.trajectory.id, tuple(clips), routes[0], (0, last), tuple(routes[1:]), self.name, language=language
        )

    def _corrected(self, walk: Walk, labels: Labels, wrong: Sequence[int]) -> Labels:
        """Return labels whose contradicted wordings were sent back once, with what is wrong in them."""
        legs = follow(walk, self._config.landmarks, load_phrasebook().nouns)
        texts, events = [labels.sum_instruction, *labels.variants], describe_events(legs)
        questions = [
            Question.of(
                self._prompts.correction,
                instruction=texts[number],
                complaints="\n".join(f"- {text}" for text in labels.verdicts[number].contradictions),
                events=events,
            )
            for number in wrong
        ]
        for number, text in zip(wrong, self._writer.answers(questions), strict=True):
            texts[number] = text
        return replace(labels, sum_instruction=texts[0], variants=tuple(texts[1:]))

    def close(self) -> None:
        """Free the models."""
        self._captioner.close()
        self._writer.close()
