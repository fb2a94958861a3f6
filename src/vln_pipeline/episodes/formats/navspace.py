"""NavSpace: VLN-CE's schema on HM3D, with three traps of its own.

Quaternions have the scalar first. Turns are of 30 degrees. ``reference_path`` has a point for each action of the
optional ``action_sequence``, which names actions. Beside forward, left, right and stop there are look_up and look_down,
which move nothing and are left out with their points, and backward, which VLN-CE does not have: the reference path of
an episode with it is followed in VLN-CE's actions instead.
"""

from typing import Any

import numpy as np

from vln_pipeline.episodes.episode import Episode, EpisodeSet, Instruction
from vln_pipeline.episodes.formats.fields import points, require, text
from vln_pipeline.episodes.formats.files import read_text
from vln_pipeline.episodes.formats.json_rows import rows
from vln_pipeline.episodes.formats.source import Source
from vln_pipeline.episodes.formats.truth import Recording, motions
from vln_pipeline.episodes.formats.vlnce import episode_of
from vln_pipeline.episodes.quarantine import collect
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.scenes.habitat.frame import to_world

_MOTIONS = {"forward": Action.FORWARD, "left": Action.LEFT, "right": Action.RIGHT, "stop": Action.STOP}
_LOOKS = ("look_up", "look_down")
_BACKWARD = "backward"
_KNOWN = (*_MOTIONS, *_LOOKS, _BACKWARD)


def read(source: Source) -> EpisodeSet:
    """Return the episodes of a file.

    Raises:
        DataError: the file cannot be read, or no episode of it can be used.
    """

    def make(row: Any) -> Episode:
        instruction = Instruction(text(require(row, "instruction"), "instruction_text"))
        return episode_of(row, instruction, source, _recording(row))

    found = rows(read_text(source.path, source.max_file_size), "episodes", source.path.name)
    return collect(source.path.name, source.dataset, source.split, found, make, source.most_episodes)


def _recording(row: Any) -> Recording | None:
    names = row.get("action_sequence")
    if not names:
        return None
    if not isinstance(names, list) or not all(isinstance(name, str) and name.lower() in _KNOWN for name in names):
        raise ValueError(f"action_sequence holds something other than {', '.join(_KNOWN)}")
    path = to_world(points(row, "reference_path"))
    if len(path) != len(names):
        raise ValueError(f"reference_path has {len(path)} points for {len(names)} actions")
    names = [name.lower() for name in names]
    if _BACKWARD in names:
        return None
    moving = [number for number, name in enumerate(names) if name not in _LOOKS]
    actions = motions([int(_MOTIONS[names[number]]) for number in moving], stops=True)
    after = np.flatnonzero(actions == Action.FORWARD) + 1
    return Recording(actions, path[moving][np.append(0, after)])
