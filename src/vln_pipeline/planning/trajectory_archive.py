"""Planned walks on disk: one table and a small json.

<directory>/trajectories.parquet  a row per walk
<directory>/trajectories.json     scene, and how many pairs gave no walk, by reason
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
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
_ARRAYS = {"path": np.float64, "yaw": np.float64, "clearance": np.float32, "actions": np.int8, "poses": np.float64}


def write(plans: Plans, directory: Path) -> None:
    """Write the walks of a scene; the same walks give the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    record = {"scene": plans.scene, "rejected": plans.rejected}
    (directory / "trajectories.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    rows = [
        {"id": walk.id, "scene": walk.scene, "floor": walk.floor, "geodesic": walk.geodesic}
        | {name: getattr(walk, name).tolist() for name in _ARRAYS}
        | {"sway": None if walk.sway is None else walk.sway.reshape(-1, 16).tolist()}
        for walk in plans.trajectories
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), directory / "trajectories.parquet")


def read(directory: Path) -> Plans:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or is not part of a set of walks.
    """
    try:
        record = json.loads((directory / "trajectories.json").read_text(encoding="utf-8"))
        table = pq.read_table(directory / "trajectories.parquet", schema=_SCHEMA)
        walks = tuple(_walk(row) for row in table.to_pylist())
        return Plans(str(record["scene"]), walks, {str(k): int(v) for k, v in record["rejected"].items()})
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        cause = f"not a readable set of trajectories ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run the trajectories stage again") from error


def _walk(row: dict[str, object]) -> Trajectory:
    arrays = {name: np.array(row[name], dtype=dtype) for name, dtype in _ARRAYS.items()}
    if len(arrays["poses"]) != len(arrays["actions"]) + 1:
        raise ValueError(f"{row['id']} has {len(arrays['actions'])} actions and {len(arrays['poses'])} poses")
    sway = None if row["sway"] is None else np.array(row["sway"], dtype=np.float64).reshape(-1, 4, 4)
    if sway is not None and len(sway) != len(arrays["poses"]):
        raise ValueError(f"{row['id']} has {len(sway)} attitudes and {len(arrays['poses'])} poses")
    return Trajectory(
        id=str(row["id"]),
        scene=str(row["scene"]),
        floor=int(str(row["floor"])),
        geodesic=float(str(row["geodesic"])),
        sway=sway,
        **arrays,
    )
