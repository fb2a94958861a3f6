"""A scene's episodes on disk: one ``vln_episodes.json``, for people and other programs too."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln.episode import Episode, EpisodeSet

_FILE = "vln_episodes.json"


def write(asked: EpisodeSet, directory: Path) -> None:
    """Write the episodes of a scene; the same episodes give the same bytes."""
    document = {
        "scene": asked.scene,
        "definition": asked.definition,
        "episodes": [_document(episode) for episode in asked.episodes],
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    (directory / _FILE).write_text(text + "\n", encoding="utf-8")


def read(directory: Path) -> EpisodeSet:
    """Read what ``write`` wrote.

    Raises:
        DataError: the file is missing or holds something else.
    """
    try:
        raw = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        episodes = tuple(_episode(entry) for entry in raw["episodes"])
        return EpisodeSet(str(raw["scene"]), int(raw["definition"]), episodes)
    except (OSError, ValueError, KeyError, TypeError) as error:
        cause = f"not a readable set of episodes ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run evaluate again") from error


def _document(episode: Episode) -> dict[str, Any]:
    return {
        "id": episode.id,
        "floor": episode.floor,
        "instruction": episode.instruction,
        "start": episode.start.tolist(),
        "goal": episode.goal.tolist(),
        "reference": episode.reference.tolist(),
    }


def _episode(raw: dict[str, Any]) -> Episode:
    start, goal = (np.array(raw[name], dtype=np.float64).reshape(n) for name, n in (("start", 4), ("goal", 3)))
    reference = np.array(raw["reference"], dtype=np.float64).reshape(-1, 3)
    if not len(reference):
        raise ValueError(f"{raw['id']} has an empty reference")
    return Episode(str(raw["id"]), int(raw["floor"]), start, goal, reference, str(raw["instruction"]))
