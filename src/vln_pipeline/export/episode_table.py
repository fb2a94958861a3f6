"""v3.0 metadata in parquet: the episodes with their statistics, and the texts that indexes refer to."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.export.features import Feature
from vln_pipeline.export.parquet import COMPRESSION
from vln_pipeline.export.statistics import QUANTILES, Statistics
from vln_pipeline.regular_file import regular

EPISODES_PATH = "meta/episodes/chunk-000/file-000.parquet"
_ROWS = 64
"""Episodes per row group: memory stays flat however many there are."""


class EpisodeTable:
    """The table of episodes; a context that writes what is left.

    Args:
        root: folder of the dataset.
        features: the feature table.
    """

    def __init__(self, root: Path, features: Mapping[str, Feature]) -> None:
        path = root / EPISODES_PATH
        path.parent.mkdir(parents=True)
        self._schema = episode_schema(features)
        self._flat = {name for name, feature in features.items() if _is_flat(feature)}
        self._writer = pq.ParquetWriter(path, self._schema, compression=COMPRESSION)
        self._rows: list[dict[str, Any]] = []

    def add(self, row: Mapping[str, Any], statistics: Mapping[str, Statistics]) -> None:
        """Append an episode."""
        found = {
            f"stats/{name}/{key}": (v.ravel() if name in self._flat else v).tolist()
            for name, s in statistics.items()
            for key, v in s.items()
        }
        self._rows.append({**row, "meta/episodes/chunk_index": 0, "meta/episodes/file_index": 0, **found})
        if len(self._rows) == _ROWS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(pa.Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._writer.close()


def episode_schema(features: Mapping[str, Feature]) -> pa.Schema:
    """Return the columns of the episode table."""
    integer, number, text = pa.int64(), pa.float64(), pa.string()
    columns = {"episode_index": integer, "tasks": pa.list_(text), "length": integer}
    columns |= {"data/chunk_index": integer, "data/file_index": integer}
    columns |= {"dataset_from_index": integer, "dataset_to_index": integer}
    for name, feature in features.items():
        if feature.dtype == "video":
            columns |= {f"videos/{name}/chunk_index": integer, f"videos/{name}/file_index": integer}
            columns |= {f"videos/{name}/from_timestamp": number, f"videos/{name}/to_timestamp": number}
    columns |= {"meta/episodes/chunk_index": integer, "meta/episodes/file_index": integer}
    columns |= {"scene": text, "split": text, "trajectory": text, "cameras": pa.list_(text)}
    for name, feature in features.items():
        if feature.is_text:
            continue
        value = number
        for _ in (1,) if _is_flat(feature) else feature.shape:
            value = pa.list_(value)
        columns |= {f"stats/{name}/{key}": value for key in ("min", "max", "mean", "std", *QUANTILES)}
        columns[f"stats/{name}/count"] = pa.list_(integer)
    return pa.schema(columns)


def read_episodes(root: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a dataset's table of episodes, statistics included, one at a time."""
    with pq.ParquetFile(regular(root / EPISODES_PATH)) as file:
        for batch in file.iter_batches(batch_size=_ROWS):
            yield from batch.to_pylist()


def statistics_of(row: Mapping[str, Any], features: Mapping[str, Feature]) -> dict[str, Statistics]:
    """Return the statistics in a row of the table of episodes, by feature; (C, 1, 1) of images."""
    found: dict[str, Statistics] = {}
    for key, value in row.items():
        if key.startswith("stats/"):
            _, feature, name = key.split("/")
            flat = feature in features and _is_flat(features[feature]) and name != "count"
            found.setdefault(feature, {})[name] = np.reshape(value, (-1, 1, 1)) if flat else np.asarray(value)
    return found


def _is_flat(feature: Feature) -> bool:
    """Whether the statistics are plain lists: lerobot 0.4 takes nested ones for those of three channels."""
    return feature.is_visual and feature.shape[2:] == (1,)


def text_index(path: Path, column: str, numbers: Mapping[str, int]) -> None:
    """Write texts and their numbers as pandas would: the text is the index, rows are in the order of the numbers.

    The library looks a text up by its row, and takes the pandas index for the text.
    """
    label = "__index_level_0__"
    described = {
        "index_columns": [label],
        "column_indexes": [],
        "columns": [
            {"name": column, "field_name": column, "pandas_type": "int64", "numpy_type": "int64", "metadata": None},
            {"name": None, "field_name": label, "pandas_type": "unicode", "numpy_type": "object", "metadata": None},
        ],
        "pandas_version": "2.0.0",
    }
    rows = pa.table({column: pa.array(list(numbers.values()), pa.int64()), label: pa.array(list(numbers), pa.string())})
    pq.write_table(rows.replace_schema_metadata({"pandas": json.dumps(described)}), path)
