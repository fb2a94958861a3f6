"""The labeller that shows frames to models: one describes each clip, one rewrites and sums up."""

from vln_pipeline.errors import DataError
from vln_pipeline.labelling.cache import CachedModel
from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.labels import Clip, Labels
from vln_pipeline.labelling.motion import describe_motion, describe_objects
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.prompts import Prompts
from vln_pipeline.labelling.question import Question
from vln_pipeline.labelling.route import follow
from vln_pipeline.labelling.walk import Walk, spread


class ModelLabeller:
    """Labels walks with an image-text model and a text model.

    Args:
        captioner: describes a clip from its frames.
        writer: rewrites descriptions and joins them.
        prompts: what they are asked.
        config: the stage's parameters.
        concurrency: walks that may be labelled at the same time.

    Raises:
        DataError: there are fewer styles than wordings asked for.
    """

    def __init__(
        self, captioner: CachedModel, writer: CachedModel, prompts: Prompts, config: LabellingConfig, concurrency: int
    ) -> None:
        wordings = 1 + config.variants
        if wordings > len(prompts.styles):
            cause = f"{wordings} wordings of a route need as many styles, the prompts have {len(prompts.styles)}"
            raise DataError("params:labelling.variants", cause, "lower it or add styles to the prompt template")
        self._captioner, self._writer, self._prompts, self._config = captioner, writer, prompts, config
        self._styles = prompts.styles[:wordings]
        self.name = f"{config.labeller}:{captioner.name}+{writer.name}"
        self.concurrency = concurrency

    def label(self, walk: Walk) -> Labels:
        """Return the instructions of a walk."""
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
        routes = self._writer.answers([Question.of(prompts.summary, steps=steps, style=s) for s in self._styles])
        clips = (Clip(leg.clip.start, leg.clip.end, a, b) for leg, a, b in zip(legs, described, revised, strict=True))
        last = len(walk.trajectory.path) - 1
        return Labels(walk.trajectory.id, tuple(clips), routes[0], (0, last), tuple(routes[1:]), self.name)

    def close(self) -> None:
        """Free the models."""
        self._captioner.close()
        self._writer.close()
