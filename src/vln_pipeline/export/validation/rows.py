"""Rows: schema, numbering, timestamps, tasks, finite numbers."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.export.features import Feature
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.regular_file import regular

_TOLERANCE = 1e-4
"""Largest error of a timestamp that lerobot accepts, seconds."""


def problems(dataset: ExportedDataset, *, images: bool = True) -> Iterator[str]:
    """Yield what is wrong; without ``images``, cells that hold some are not looked at."""
    features = {name: Feature.described(entry) for name, entry in dataset.info["features"].items()}
    expected = pa.schema([pa.field(n, f.arrow) for n, f in features.items() if f.dtype != "video"])
    for path in sorted({dataset.data_path(episode) for episode in range(len(dataset))}):
        schema = pq.read_schema(regular(path))
        if not schema.equals(expected):
            yield f"{path.relative_to(dataset.root)} does not have the columns of info.json"
            return
    numbers = [name for name, feature in features.items() if not feature.is_visual]
    first = 0
    for episode, row in enumerate(dataset.episodes):
        for problem in _of_episode(dataset, episode, first, None if images else numbers):
            yield f"episode {episode}: {problem}"
        if dataset.is_v30 and (row["dataset_from_index"], row["dataset_to_index"]) != (first, first + row["length"]):
            yield f"episode {episode}: the episode table does not say rows {first} to {first + row['length']}"
        first += row["length"]


def _of_episode(dataset: ExportedDataset, episode: int, first: int, names: list[str] | None) -> Iterator[str]:
    row = dataset.episodes[episode]
    table = dataset.table(episode, names)
    if len(table) != row["length"]:
        yield f"has {len(table)} rows, the episode table says {row['length']}"
        return
    if any(column.null_count for column in table.columns):
        yield "has empty cells"
        return
    columns = dataset.columns(episode)
    for name, values in columns.items():
        if not np.isfinite(values).all():
            yield f"{name} holds a number that is not finite"
    frames = np.arange(row["length"])
    for name, expected in (("frame_index", frames), ("episode_index", 0 * frames + episode), ("index", first + frames)):
        if not np.array_equal(columns[name], expected):
            yield f"{name} does not count as it should"
    if not np.allclose(columns["timestamp"], frames / dataset.fps, rtol=0, atol=_TOLERANCE):
        yield f"timestamps are not frame / {dataset.fps}"
    used = set(columns["task_index"].tolist())
    if not used <= set(range(len(dataset.tasks))):
        yield f"refers to tasks {sorted(used)}, there are {len(dataset.tasks)}"
    elif not {dataset.tasks[task] for task in used} <= set(row["tasks"]):
        yield "refers to a task that the episode table does not list"
