"""Walks of episodes on disk: a set of trajectories, and beside it whose they are.

<directory>/trajectories.parquet, trajectories.json   as of the trajectories stage
<directory>/episodes.json                             walks: episode ids by walk; followed; refused: [episode, reason]
"""

import json
from pathlib import Path

from vln_pipeline.episodes.episode import Rejection
from vln_pipeline.episodes.walks import EpisodeWalks
from vln_pipeline.errors import DataError
from vln_pipeline.planning import trajectory_archive

_OWNERS = "episodes.json"


def write(walks: EpisodeWalks, directory: Path) -> None:
    """Write the walks of a scene; the same walks give the same bytes."""
    trajectory_archive.write(walks, directory)
    record = {
        "walks": {name: list(ids) for name, ids in walks.episodes.items()},
        "followed": list(walks.followed),
        "refused": [[r.episode, r.reason] for r in walks.refused],
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    (directory / _OWNERS).write_text(text + "\n", encoding="utf-8")


def read(directory: Path) -> EpisodeWalks:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or holds something else.
    """
    plans = trajectory_archive.read(directory)
    try:
        record = json.loads((directory / _OWNERS).read_text(encoding="utf-8"))
        return EpisodeWalks(
            plans.scene,
            plans.trajectories,
            plans.rejected,
            {str(name): tuple(map(str, ids)) for name, ids in record["walks"].items()},
            tuple(map(str, record["followed"])),
            tuple(Rejection(str(episode), str(reason)) for episode, reason in record["refused"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        cause = f"not readable ({type(error).__name__}: {error})"
        raise DataError(f"{directory.name}/{_OWNERS}", cause, "delete it and run vlnce again") from error
