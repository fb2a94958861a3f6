"""A scene's episodes on disk: one ``episodes.json``, for people and other programs too.

``goal`` and what belongs to it are absent where the robot explores.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.system1.episode import Episode, EpisodeSet, Target

_FILE = "episodes.json"


def write(drawn: EpisodeSet, directory: Path) -> None:
    """Write the episodes of a scene; the same episodes give the same bytes."""
    document = {
        "scene": drawn.scene,
        "definition": drawn.definition,
        "seed": drawn.seed,
        "radius": drawn.radius,
        "episodes": [_document(episode) for episode in drawn.episodes],
    }
    (directory / _FILE).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")


def read(directory: Path) -> EpisodeSet:
    """Read what ``write`` wrote.

    Raises:
        DataError: the file is missing or holds something else.
    """
    try:
        raw = json.loads((directory / _FILE).read_text(encoding="utf-8"))
        episodes = tuple(_episode(entry) for entry in raw["episodes"])
        return EpisodeSet(str(raw["scene"]), int(raw["definition"]), int(raw["seed"]), float(raw["radius"]), episodes)
    except (OSError, ValueError, KeyError, TypeError) as error:
        cause = f"not a readable set of episodes ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run evaluate_system1 again") from error


def _document(episode: Episode) -> dict[str, Any]:
    document: dict[str, Any] = {
        "id": episode.id,
        "kind": episode.kind.value,
        "floor": episode.floor,
        "start": episode.start.tolist(),
        "yaw": episode.yaw,
    }
    if episode.target is not None:
        document |= {
            "goal": episode.target.position.tolist(),
            "goal_yaw": episode.target.yaw,
            "geodesic": episode.target.geodesic,
            "straight": episode.target.straight,
        }
    return document


def _episode(raw: dict[str, Any]) -> Episode:
    target = None
    if "goal" in raw:
        position = np.array(raw["goal"], dtype=np.float64).reshape(3)
        target = Target(position, float(raw["goal_yaw"]), float(raw["geodesic"]), float(raw["straight"]))
    start = np.array(raw["start"], dtype=np.float64).reshape(3)
    return Episode(str(raw["id"]), GoalKind(raw["kind"]), int(raw["floor"]), start, float(raw["yaw"]), target)
