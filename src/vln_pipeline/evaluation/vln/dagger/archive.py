"""Roll-outs on disk.

<directory>/vln_episodes.json  what was asked, see ``episodes_archive``
<directory>/roll_outs.parquet  a row per roll-out, kept or not: poses, actions, advice, who acted, the reason
<directory>/roll_outs.json     scene, agent, and episodes whose goal cannot be reached
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.vln import episodes_archive
from vln_pipeline.evaluation.vln.dagger.roll_out import RollOut, RollOuts
from vln_pipeline.evaluation.vln.episode import DEFINITION, Episode, EpisodeSet

_SCHEMA = pa.schema(
    {
        "episode": pa.string(),
        "poses": pa.list_(pa.list_(pa.float64(), 4)),
        "actions": pa.list_(pa.int8()),
        "advice": pa.list_(pa.int8()),
        "overruled": pa.list_(pa.bool_()),
        "shortest": pa.float64(),
        "remaining": pa.float64(),
        "reason": pa.string(),
    }
)


def write(rolled: RollOuts, directory: Path) -> None:
    """Write the roll-outs of an agent in a scene; the same roll-outs give the same bytes."""
    episodes_archive.write(EpisodeSet(rolled.scene, DEFINITION, tuple(one.episode for one in rolled.rolled)), directory)
    record = {"scene": rolled.scene, "agent": rolled.agent, "unreachable": list(rolled.unreachable)}
    (directory / "roll_outs.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    rows = [
        {
            "episode": one.episode.id,
            "poses": one.poses.tolist(),
            "actions": one.actions.tolist(),
            "advice": one.advice.tolist(),
            "overruled": one.overruled.tolist(),
            "shortest": one.shortest,
            "remaining": one.remaining,
            "reason": one.reason,
        }
        for one in rolled.rolled
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), directory / "roll_outs.parquet")


def read(directory: Path) -> RollOuts:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or holds something else.
    """
    try:
        record = json.loads((directory / "roll_outs.json").read_text(encoding="utf-8"))
        rows = pq.read_table(directory / "roll_outs.parquet", schema=_SCHEMA).to_pylist()
        episodes = episodes_archive.read(directory).episodes
        rolled = tuple(_roll_out(episode, row) for episode, row in zip(episodes, rows, strict=True))
        return RollOuts(str(record["scene"]), str(record["agent"]), rolled, tuple(map(str, record["unreachable"])))
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        cause = f"not a readable set of roll-outs ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run dagger again") from error


def _roll_out(episode: Episode, row: dict[str, Any]) -> RollOut:
    poses = np.array(row["poses"], dtype=np.float64).reshape(-1, 4)
    if not len(poses) == len(row["advice"]) == len(row["actions"]) + 1 == len(row["overruled"]) + 1:
        raise ValueError(f"{row['episode']} has {len(poses)} poses and {len(row['actions'])} actions")
    return RollOut(
        episode=episode,
        poses=poses,
        actions=np.array(row["actions"], dtype=np.int8),
        advice=np.array(row["advice"], dtype=np.int8),
        overruled=np.array(row["overruled"], dtype=bool),
        shortest=row["shortest"],
        remaining=row["remaining"],
        reason=str(row["reason"]),
    )
