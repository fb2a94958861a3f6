"""Endpoint pairs on disk: one table and a small json.

<directory>/pairs.parquet  a row per pair
<directory>/pairs.json     scene, and how often a draw was rejected, by reason
"""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.errors import DataError
from vln_pipeline.planning.endpoint_pairs import EndpointPair, EndpointPairs

_POINT = pa.list_(pa.float64(), 3)
_SCHEMA = pa.schema(
    {
        "index": pa.int32(),
        "floor": pa.int16(),
        "start": _POINT,
        "goal": _POINT,
        "geodesic": pa.float64(),
        "caution": pa.float64(),
        "path": pa.list_(pa.list_(pa.float64(), 2)),
    }
)


def write(pairs: EndpointPairs, directory: Path) -> None:
    """Write the pairs of a scene; the same pairs give the same bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    record = {"scene": pairs.scene, "rejected": pairs.rejected}
    (directory / "pairs.json").write_text(json.dumps(record, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    rows = [
        {
            "index": pair.index,
            "floor": pair.floor,
            "start": pair.start.tolist(),
            "goal": pair.goal.tolist(),
            "geodesic": pair.geodesic,
            "caution": pair.caution,
            "path": pair.path.tolist(),
        }
        for pair in pairs.pairs
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), directory / "pairs.parquet")


def read(directory: Path) -> EndpointPairs:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or is not part of a set of pairs.
    """
    try:
        record = json.loads((directory / "pairs.json").read_text(encoding="utf-8"))
        rows = pq.read_table(directory / "pairs.parquet", schema=_SCHEMA).to_pylist()
        pairs = tuple(
            EndpointPair(
                index=row["index"],
                floor=row["floor"],
                start=np.array(row["start"], dtype=np.float64),
                goal=np.array(row["goal"], dtype=np.float64),
                geodesic=row["geodesic"],
                caution=row["caution"],
                path=np.array(row["path"], dtype=np.float64).reshape(-1, 2),
            )
            for row in rows
        )
        return EndpointPairs(str(record["scene"]), pairs, {str(k): int(v) for k, v in record["rejected"].items()})
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        cause = f"not a readable set of endpoint pairs ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run the sampling stage again") from error
