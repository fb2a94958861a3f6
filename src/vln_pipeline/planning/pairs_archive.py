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
from vln_pipeline.planning.list_columns import full_cells, list_column

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
    told = {name: [getattr(pair, name) for pair in pairs.pairs] for name in _SCHEMA.names}
    columns = {name: pa.array(values, _SCHEMA.field(name).type) for name, values in told.items() if name != "path"}
    columns["path"] = list_column(told["path"], _SCHEMA.field("path").type)
    pq.write_table(pa.table(columns, schema=_SCHEMA), directory / "pairs.parquet")


def read(directory: Path) -> EndpointPairs:
    """Read what ``write`` wrote.

    Raises:
        DataError: a file is missing or is not part of a set of pairs.
    """
    try:
        record = json.loads((directory / "pairs.json").read_text(encoding="utf-8"))
        table = pq.read_table(directory / "pairs.parquet", schema=_SCHEMA)
        pairs = tuple(
            EndpointPair(
                index=row["index"],
                floor=row["floor"],
                start=np.array(row["start"], dtype=np.float64),
                goal=np.array(row["goal"], dtype=np.float64),
                geodesic=row["geodesic"],
                caution=row["caution"],
                path=path,
            )
            for row, path in zip(table.drop(["path"]).to_pylist(), full_cells(table["path"]), strict=True)
        )
        return EndpointPairs(str(record["scene"]), pairs, {str(k): int(v) for k, v in record["rejected"].items()})
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        cause = f"not a readable set of endpoint pairs ({type(error).__name__}: {error})"
        raise DataError(directory.name, cause, "delete it and run the sampling stage again") from error
