"""Training samples by number."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.answer import LOOK_DOWN, goal_at, goal_text, moves_text
from vln_pipeline.models.system2.conversation import Conversation, Dialogue, history_frames
from vln_pipeline.models.system2.processing import Processor
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics
from vln_pipeline.training.system2_batch import SampleKind, System2Sample
from vln_pipeline.training.system2_data.augmentation import augmented
from vln_pipeline.training.system2_data.config import AugmentationConfig
from vln_pipeline.training.system2_data.open_scene import open_scene
from vln_pipeline.training.system2_data.sample_table import Row, SampleTable
from vln_pipeline.training.system2_data.scene_folder import SceneFolder

_ATTEMPTS = 32


@dataclass(frozen=True)
class Drawn:
    """A sample as it was made.

    Attributes:
        sample: the sample.
        skipped: why others before it were dropped.
    """

    sample: System2Sample
    skipped: tuple[str, ...]


class System2Dataset:
    """Makes any sample from its number and the seed alone, whichever process asks for it and in whatever order.

    Only the images that a sample shows are read. Where one of them cannot be, or the conversation is too long or holds
    what it must not, another sample is drawn in its place.

    Args:
        table: all samples.
        numbers: (n,) those of an epoch.
        processor: turns conversations into tokens.
        dialogue: puts them in words.
        seed: of all draws.
        augmentation: how images are altered; None for not at all.
        leads: whether views are introduced in words drawn at random, or in those that an agent uses.
    """

    def __init__(
        self,
        table: SampleTable,
        numbers: NDArray[np.int64],
        processor: Processor,
        dialogue: Dialogue,
        seed: int,
        augmentation: AugmentationConfig | None,
        *,
        leads: bool,
    ) -> None:
        self._table, self._numbers, self._seed = table, numbers, seed
        self._processor, self._dialogue, self._augmentation = processor, dialogue, augmentation
        self._leads = len(dialogue.prompts.leads) if leads else 1

    def __len__(self) -> int:
        """Return the number of samples in an epoch; numbers beyond it are those of the epochs that follow."""
        return len(self._numbers)

    def __getitem__(self, number: int) -> Drawn:
        """Return a sample.

        Raises:
            DataError: a large part of the samples cannot be made.
        """
        skipped: list[str] = []
        for attempt in range(_ATTEMPTS):
            random = np.random.default_rng((self._seed, number, attempt))
            place = int(random.integers(len(self))) if attempt else number % len(self)
            row = self._table[int(self._numbers[place])]
            try:
                return Drawn(self._sample(row, random), tuple(skipped))
            except DataError as error:
                skipped.append(str(error))
        cause = f"{_ATTEMPTS} samples in a row cannot be made; the last: {skipped[-1]}"
        raise DataError(f"sample {number}", cause, "look at these walks")

    def _sample(self, row: Row, random: np.random.Generator) -> System2Sample:
        goal_size = self._processor.config.goal_size
        conversation = self._conversation(row, random)
        try:
            encoded = self._processor.encode(conversation)
        except DataError as error:
            raise DataError(row.name, f"{error.subject} {error.cause}", error.mend) from error
        return System2Sample(encoded, row.moment.kind, goal_size, _camera(row), row.name)

    def _conversation(self, row: Row, random: np.random.Generator) -> Conversation:
        """Return what is asked and answered."""
        scene, recording, moment = _scene(row.source.folder), row.source.recording, row.moment
        lead, look_down_lead = random.integers(self._leads, size=2).tolist()

        def view(frame: int) -> NDArray[np.uint8]:
            image = scene.view(row.episode, recording.setting, frame)
            return image if self._augmentation is None else augmented(image, random, self._augmentation)

        history = [view(frame) for frame in history_frames(moment.frame, self._processor.config.history).tolist()]
        asked = self._dialogue.ask(row.instruction, history, view(moment.frame), lead)
        if moment.kind is SampleKind.TURN:
            return asked.answered(moment.moves)
        if moment.kind is SampleKind.STOP:
            return asked.answered(moves_text((Action.STOP,)))
        floor = scene.view(row.episode, recording.look_down_setting, moment.frame)
        shown = self._dialogue.look_down(asked.answered(LOOK_DOWN), floor, look_down_lead)
        return shown.answered(goal_text(goal_at(moment.goal, row.size, self._processor.config.goal_size)))


@lru_cache(maxsize=256)
def _scene(folder: Path) -> SceneFolder:
    scene = open_scene(folder)
    if scene is None:
        raise DataError(str(folder), "is no dataset of vln_ce any more", "export the scene again")
    return scene


def _camera(row: Row) -> CameraSetting | None:
    """Return the look-down camera, as far as it is known."""
    recording = row.source.recording
    told = _scene(row.source.folder).camera(recording.look_down_setting)
    if told is not None or recording.hfov is None:
        return told
    lens = Intrinsics.from_fov(*row.size, recording.hfov)
    return CameraSetting(recording.look_down_setting, recording.height / 100, float(recording.look_down_pitch), lens)
