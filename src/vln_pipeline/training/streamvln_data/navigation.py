"""Walks, a window at a time."""

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.config import DialogueConfig
from vln_pipeline.models.streamvln.conversation import Dialogue, Message, Visual, answered, remembered_frames
from vln_pipeline.models.streamvln.processing import Processor
from vln_pipeline.models.system2.answer import moves_text
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.training.streamvln_data.windows import Windows
from vln_pipeline.training.system2_data.augmentation import augmented
from vln_pipeline.training.system2_data.config import AugmentationConfig
from vln_pipeline.training.system2_data.episode import expert_from
from vln_pipeline.training.system2_data.open_scene import open_scene
from vln_pipeline.training.system2_data.scene_folder import SceneFolder


class Navigation:
    """Makes a conversation of each window: a frame, the actions from there, the next frame, and so on.

    In an agent's roll-out the actions are the expert's, as long as the robot is where they lead.

    Args:
        windows: all samples.
        numbers: (n,) those of an epoch.
        processor: makes squares of frames.
        dialogue: puts turns in words.
        config: window, turns, memory.
        augmentation: how frames are altered; None for not at all.
        leads: whether frames are introduced in words drawn at random, or in those that an agent uses.
    """

    name = "navigation"

    def __init__(
        self,
        windows: Windows,
        numbers: NDArray[np.int64],
        processor: Processor,
        dialogue: Dialogue,
        config: DialogueConfig,
        augmentation: AugmentationConfig | None,
        *,
        leads: bool,
    ) -> None:
        self._windows, self._numbers, self._processor, self._dialogue = windows, numbers, processor, dialogue
        self._config, self._augmentation = config, augmentation
        self._leads = len(dialogue.prompts.leads) if leads else 1

    def __len__(self) -> int:
        return len(self._numbers)

    def told(self, place: int) -> str:
        """Return recording, scene, episode and first step."""
        number, _, start = self._windows.rows[self._numbers[place]].tolist()
        walk = self._windows.walks[number]
        source = self._windows.sources[walk.source]
        return f"{source.name}/{source.scene}/episode_{walk.episode:06d}, step {start}"

    def messages(self, place: int, random: np.random.Generator) -> tuple[Message, ...]:
        """Return the conversation of a window.

        Raises:
            DataError: a frame cannot be read.
        """
        number, wording, start = self._windows.rows[self._numbers[place]].tolist()
        walk = self._windows.walks[number]
        source = self._windows.sources[walk.source]
        scene = _scene(source.folder)

        def seen(frames: list[int]) -> Visual:
            images = [scene.view(walk.episode, source.recording.setting, frame) for frame in frames]
            if self._augmentation is not None:
                images = [augmented(image, random, self._augmentation) for image in images]
            return Visual(np.stack([self._processor.square(image) for image in images]))

        earlier = remembered_frames(start, self._config).tolist()
        memory = seen(earlier) if earlier else None
        said: list[Message] = []
        for frame in range(start, min(start + self._config.window, len(walk.actions)), self._config.actions):
            view, lead = seen([frame]), int(random.integers(self._leads))
            if said:
                said.append(self._dialogue.later(view, lead))
            else:
                said += self._dialogue.first(walk.instructions[wording], memory, view, lead)
            told = expert_from(walk.actions, walk.expert_actions, frame, self._config.actions)
            said.append(answered(moves_text([Action(action) for action in told.tolist()])))
        return tuple(said)


@lru_cache(maxsize=256)
def _scene(folder: Path) -> SceneFolder:
    scene = open_scene(folder)
    if scene is None:
        raise DataError(str(folder), "is no dataset of vln_ce any more", "export the scene again")
    return scene
