"""Walks of one robot in one scene on disk.

<directory>/trajectories.parquet, trajectories.json  the ways, see ``planning.trajectory_archive``
<directory>/walks.parquet                            a row per walk: posture, progress, ending, instructions
<directory>/walks.json                               embodiment, and the episodes that became no route, by reason
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.embodiments.walk import Ending, Walk, WalkSet
from vln_pipeline.errors import DataError
from vln_pipeline.planning import trajectory_archive
from vln_pipeline.planning.plan import Plans
from vln_pipeline.planning.trajectory import Trajectory

_SCHEMA = pa.schema(
    {
        "trajectory": pa.string(),
        "posture": pa.list_(pa.list_(pa.float64(), 3)),
        "progress": pa.list_(pa.float64()),
        "ending": pa.string(),
        "instructions": pa.list_(pa.string()),
    }
)


def write(walked: WalkSet, directory: Path) -> None:
    """Write the walks; the same walks give the same bytes."""
    trajectory_archive.write(Plans(walked.scene, walked.trajectories, walked.rejected), directory)
    rows = [
        {
            "trajectory": walk.trajectory.id,
            "posture": walk.posture.tolist(),
            "progress": walk.progress.tolist(),
            "ending": walk.ending.value,
            "instructions": list(walk.instructions),
        }
        for walk in walked.walks
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), directory / "walks.parquet")
    record = {"embodiment": walked.embodiment, "left_out": walked.left_out}
    (directory / "walks.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def read(directory: Path) -> WalkSet:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or holds something else.
    """
    plans = trajectory_archive.read(directory)
    try:
        record = json.loads((directory / "walks.json").read_text(encoding="utf-8"))
        name, left_out = str(record["embodiment"]), {str(k): int(v) for k, v in record["left_out"].items()}
        rows = pq.read_table(directory / "walks.parquet", schema=_SCHEMA).to_pylist()
        walks = tuple(_walk(walk, row, name) for walk, row in zip(plans.trajectories, rows, strict=True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, pa.ArrowException) as error:
        cause = f"not a readable set of walks ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run vlnpe again") from error
    return WalkSet(plans.scene, name, walks, plans.rejected, left_out)


def _walk(trajectory: Trajectory, row: dict[str, Any], embodiment: str) -> Walk:
    posture = np.array(row["posture"], dtype=np.float64).reshape(-1, 3)
    progress = np.array(row["progress"], dtype=np.float64)
    if row["trajectory"] != trajectory.id or not len(trajectory.poses) == len(posture) == len(progress):
        raise ValueError(f"the row of {row['trajectory']} does not fit {trajectory.id}")
    return Walk(trajectory, embodiment, posture, progress, Ending(row["ending"]), tuple(row["instructions"]))
