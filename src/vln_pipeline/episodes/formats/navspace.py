"""NavSpace: VLN-CE's schema on HM3D, with three traps of its own.

Quaternions have the scalar first. Turns are of 30 degrees. ``reference_path`` has a point for each action of the
optional ``action_sequence``, which names actions: forward, left, right, stop.
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

_ACTIONS = {"forward": Action.FORWARD, "left": Action.LEFT, "right": Action.RIGHT, "stop": Action.STOP}


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
    if not isinstance(names, list) or not all(isinstance(n, str) and n.lower() in _ACTIONS for n in names):
        raise ValueError(f"action_sequence holds something other than {', '.join(_ACTIONS)}")
    actions = motions([int(_ACTIONS[n.lower()]) for n in names], stops=True)
    path = to_world(points(row, "reference_path"))
    if len(path) != len(names):
        raise ValueError(f"reference_path has {len(path)} points for {len(names)} actions")
    after = np.flatnonzero(actions == Action.FORWARD) + 1
    return Recording(actions, path[np.append(0, after)])
