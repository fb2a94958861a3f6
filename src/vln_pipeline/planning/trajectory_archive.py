"""Planned walks on disk: one table and a small json.

<directory>/trajectories.parquet  a row per walk
<directory>/trajectories.json     scene, and how many pairs gave no walk, by reason
"""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
from vln_pipeline.planning.list_columns import cells, full_cells, list_column
from vln_pipeline.planning.plan import Plans
from vln_pipeline.planning.trajectory import Trajectory

_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "scene": pa.string(),
        "floor": pa.int16(),
        "path": pa.list_(pa.list_(pa.float64(), 3)),
        "yaw": pa.list_(pa.float64()),
        "clearance": pa.list_(pa.float32()),
        "actions": pa.list_(pa.int8()),
        "poses": pa.list_(pa.list_(pa.float64(), 4)),
        "geodesic": pa.float64(),
        "sway": pa.list_(pa.list_(pa.float64(), 16)),
    }
)
_SCALARS = ("id", "scene", "floor", "geodesic")
_ARRAYS = ("path", "yaw", "clearance", "actions", "poses")


def write(plans: Plans, directory: Path) -> None:
    """Write the walks of a scene; the same walks give the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    record = {"scene": plans.scene, "rejected": plans.rejected}
    (directory / "trajectories.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    told = {name: [getattr(walk, name) for walk in plans.trajectories] for name in (*_SCALARS, *_ARRAYS)}
    columns = {name: pa.array(told[name], _SCHEMA.field(name).type) for name in _SCALARS}
    columns |= {name: list_column(told[name], _SCHEMA.field(name).type) for name in _ARRAYS}
    sway = [None if walk.sway is None else walk.sway.reshape(-1, 16) for walk in plans.trajectories]
    columns["sway"] = list_column(sway, _SCHEMA.field("sway").type)
    table = pa.table([columns[name] for name in _SCHEMA.names], schema=_SCHEMA)
    pq.write_table(table, directory / "trajectories.parquet")


def count(directory: Path) -> int:
    """Return how many walks ``write`` wrote, without reading them.

    Raises:
        DataError: the table is missing or broken.
    """
    try:
        return int(pq.read_metadata(directory / "trajectories.parquet").num_rows)
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(directory, error) from error


def read(directory: Path) -> Plans:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or is not part of a set of walks.
    """
    try:
        record = json.loads((directory / "trajectories.json").read_text(encoding="utf-8"))
        table = pq.read_table(directory / "trajectories.parquet", schema=_SCHEMA)
        columns = {name: table[name].to_pylist() for name in _SCALARS}
        columns |= {name: full_cells(table[name]) for name in _ARRAYS}
        columns["sway"] = cells(table["sway"])
        rows = zip(*columns.values(), strict=True)
        walks = tuple(_walk(dict(zip(columns, row, strict=True))) for row in rows)
        return Plans(str(record["scene"]), walks, {str(k): int(v) for k, v in record["rejected"].items()})
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        raise _unreadable(directory, error) from error


def _unreadable(directory: Path, error: Exception) -> DataError:
    cause = f"not a readable set of trajectories ({type(error).__name__}: {error})"
    return DataError(directory.name, cause, "delete it and run the trajectories stage again")


def _walk(row: dict[str, Any]) -> Trajectory:
    if len(row["poses"]) != len(row["actions"]) + 1:
        raise ValueError(f"{row['id']} has {len(row['actions'])} actions and {len(row['poses'])} poses")
    sway = None if row["sway"] is None else row["sway"].reshape(-1, 4, 4)
    if sway is not None and len(sway) != len(row["poses"]):
        raise ValueError(f"{row['id']} has {len(sway)} attitudes and {len(row['poses'])} poses")
    return Trajectory(**{**row, "sway": sway})
