"""Drives on disk.

<directory>/episodes.json   what was asked, see ``episodes_archive``
<directory>/drives.parquet  a row per episode: the track, contacts and the end
<directory>/drives.json     scene, agent, recovery, the period of a control step, and the episodes that were given up
<directory>/latency.parquet seconds per plan, apart from the results since no two runs agree on it
"""

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.episode_fault import LostEpisode
from vln_pipeline.evaluation.system1 import episodes_archive
from vln_pipeline.evaluation.system1.drive import Drive, Ending
from vln_pipeline.evaluation.system1.drive_set import DriveSet
from vln_pipeline.evaluation.system1.episode import EpisodeSet

_SCHEMA = pa.schema(
    {
        "episode": pa.string(),
        "track": pa.list_(pa.list_(pa.float64(), 4)),
        "contact": pa.list_(pa.bool_()),
        "blocked": pa.list_(pa.bool_()),
        "ending": pa.string(),
        "remaining": pa.float64(),
        "explored": pa.float64(),
    }
)


def write(driven: DriveSet, episodes: EpisodeSet, directory: Path) -> None:
    """Write the drives of an agent in a scene; all files but the latency are the same for the same drives.

    Args:
        driven: the drives.
        episodes: of the scene; those that the agent did not take are left out.
        directory: an existing folder.
    """
    taken = tuple(drive.episode for drive in driven.drives)
    episodes_archive.write(
        EpisodeSet(episodes.scene, episodes.definition, episodes.seed, episodes.radius, taken), directory
    )
    period = driven.drives[0].period if driven.drives else 0.0
    record: dict[str, object] = {
        "scene": driven.scene,
        "agent": driven.agent,
        "recovery": driven.recovery,
        "period": period,
    }
    if driven.lost:
        record["lost"] = [asdict(episode) for episode in driven.lost]
    (directory / "drives.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    rows = [
        {
            "episode": drive.episode.id,
            "track": drive.track.tolist(),
            "contact": drive.contact.tolist(),
            "blocked": drive.blocked.tolist(),
            "ending": drive.ending.value,
            "remaining": drive.remaining,
            "explored": drive.explored,
        }
        for drive in driven.drives
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), directory / "drives.parquet")
    pq.write_table(pa.table({"seconds": driven.latency}), directory / "latency.parquet")


def read(directory: Path) -> DriveSet:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or holds something else.
    """
    try:
        record = json.loads((directory / "drives.json").read_text(encoding="utf-8"))
        rows = pq.read_table(directory / "drives.parquet", schema=_SCHEMA).to_pylist()
        latency = pq.read_table(directory / "latency.parquet")["seconds"].to_numpy()
        episodes = episodes_archive.read(directory).episodes
        drives = tuple(
            Drive(
                episode=episode,
                track=np.array(row["track"], dtype=np.float64).reshape(-1, 4),
                contact=np.array(row["contact"], dtype=bool),
                blocked=np.array(row["blocked"], dtype=bool),
                period=float(record["period"]),
                ending=Ending(row["ending"]),
                remaining=row["remaining"],
                explored=row["explored"],
            )
            for episode, row in zip(episodes, rows, strict=True)
        )
        lost = tuple(LostEpisode(**episode) for episode in record.get("lost", ()))
        return DriveSet(str(record["scene"]), str(record["agent"]), bool(record["recovery"]), drives, latency, lost)
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        cause = f"not a readable set of drives ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run evaluate_system1 again") from error
