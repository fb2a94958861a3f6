"""Drives on disk.

<directory>/vln_episodes.json  what was asked, see ``episodes_archive``
<directory>/drives.parquet     a row per episode: the track, actions, contacts, and where the agent meant to go
<directory>/drives.json        scene, agent, protocol, and the episodes that were given up
<directory>/calls.parquet      a row per question to a model; apart from the results, since no two runs take as long
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.episode_fault import LostEpisode
from vln_pipeline.evaluation.vln import episodes_archive
from vln_pipeline.evaluation.vln.agents.agent import Call, Intent
from vln_pipeline.evaluation.vln.drive import Drive, DriveSet
from vln_pipeline.evaluation.vln.episode import Episode, EpisodeSet

_NUMBER = pa.float64()
_INTENT = pa.struct(
    {
        "step": pa.int32(),
        "asked": pa.int32(),
        "pixel": pa.list_(_NUMBER, 2),
        "path": pa.list_(pa.list_(_NUMBER, 2)),
    }
)
_DRIVES = pa.schema(
    {
        "episode": pa.string(),
        "track": pa.list_(pa.list_(_NUMBER, 4)),
        "to_goal": pa.list_(_NUMBER),
        "actions": pa.list_(pa.int8()),
        "collided": pa.list_(pa.bool_()),
        "looks": pa.int32(),
        "stopped": pa.bool_(),
        "shortest": _NUMBER,
        "intents": pa.list_(_INTENT),
    }
)
_CALLS = pa.schema(
    {
        "episode": pa.string(),
        "model": pa.string(),
        "step": pa.int32(),
        "seconds": _NUMBER,
        "waited": _NUMBER,
        "said": pa.list_(pa.string()),
    }
)


def write(driven: DriveSet, asked: EpisodeSet, directory: Path) -> None:
    """Write the drives of an agent in a scene; all files but the calls are the same for the same drives."""
    taken = tuple(drive.episode for drive in driven.drives)
    episodes_archive.write(EpisodeSet(asked.scene, asked.definition, taken), directory)
    record: dict[str, Any] = {"scene": driven.scene, "agent": driven.agent, "protocol": driven.protocol}
    if driven.lost:
        record["lost"] = [asdict(episode) for episode in driven.lost]
    (directory / "drives.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    rows = [_row(drive) for drive in driven.drives]
    pq.write_table(pa.Table.from_pylist(rows, schema=_DRIVES), directory / "drives.parquet")
    calls = [
        {
            "episode": drive.episode.id,
            "model": call.model,
            "step": call.step,
            "seconds": call.seconds,
            "waited": call.waited,
            "said": list(call.said),
        }
        for drive in driven.drives
        for call in drive.calls
    ]
    pq.write_table(pa.Table.from_pylist(calls, schema=_CALLS), directory / "calls.parquet")


def read(directory: Path) -> DriveSet:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or holds something else.
    """
    try:
        record = json.loads((directory / "drives.json").read_text(encoding="utf-8"))
        rows = pq.read_table(directory / "drives.parquet", schema=_DRIVES).to_pylist()
        calls: dict[str, list[Call]] = {}
        for call in pq.read_table(directory / "calls.parquet", schema=_CALLS).to_pylist():
            told = Call(call["model"], call["step"], call["seconds"], call["waited"], tuple(call["said"]))
            calls.setdefault(call["episode"], []).append(told)
        episodes = episodes_archive.read(directory).episodes
        drives = tuple(
            _drive(episode, row, tuple(calls.get(episode.id, ()))) for episode, row in zip(episodes, rows, strict=True)
        )
        lost = tuple(LostEpisode(**episode) for episode in record.get("lost", ()))
        return DriveSet(str(record["scene"]), str(record["agent"]), str(record["protocol"]), drives, lost)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        cause = f"not a readable set of drives ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run evaluate again") from error


def _row(drive: Drive) -> dict[str, Any]:
    return {
        "episode": drive.episode.id,
        "track": drive.track.tolist(),
        "to_goal": drive.to_goal.tolist(),
        "actions": drive.actions.tolist(),
        "collided": drive.collided.tolist(),
        "looks": drive.looks,
        "stopped": drive.stopped,
        "shortest": drive.shortest,
        "intents": [
            {"step": i.step, "asked": i.asked, "pixel": i.pixel.tolist(), "path": i.path.tolist()}
            for i in drive.intents
        ],
    }


def _drive(episode: Episode, row: dict[str, Any], calls: tuple[Call, ...]) -> Drive:
    return Drive(
        episode=episode,
        track=np.array(row["track"], dtype=np.float64).reshape(-1, 4),
        to_goal=np.array(row["to_goal"], dtype=np.float64),
        actions=np.array(row["actions"], dtype=np.int8),
        collided=np.array(row["collided"], dtype=bool),
        looks=row["looks"],
        stopped=row["stopped"],
        shortest=row["shortest"],
        calls=calls,
        intents=tuple(
            Intent(i["step"], i["asked"], np.array(i["pixel"]), np.array(i["path"], dtype=np.float64).reshape(-1, 2))
            for i in row["intents"]
        ),
    )
