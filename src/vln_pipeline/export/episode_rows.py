"""Rows of single episodes in the data files of v3.0, whose row groups hold one or many."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.regular_file import regular

EPISODE = "episode_index"


class EpisodeRows:
    """Reads episodes; the footer of one file and the columns of one row group are held, and no file stays open."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._group = -1
        self._columns: dict[str, pa.ChunkedArray] = {}

    def read(self, path: Path, episode: int, names: Sequence[str] | None = None) -> pa.Table:
        """Return an episode's rows: the named columns, or all of them.

        Raises:
            KeyError: there is no such column.
        """
        if path != self._path:
            self._footer = pq.read_metadata(regular(path))
            self._schema = self._footer.schema.to_arrow_schema()
            self._ranges = list(_episodes_of_groups(self._footer))
            self._path, self._group = path, -1
        wanted = self._schema.names if names is None else list(names)
        schema = pa.schema([self._schema.field(name) for name in wanted])
        groups = [number for number, (low, high) in enumerate(self._ranges) if low <= episode <= high]
        return pa.concat_tables([schema.empty_table(), *(self._of_group(n, episode, schema) for n in groups)])

    def _of_group(self, number: int, episode: int, schema: pa.Schema) -> pa.Table:
        if number != self._group:
            self._group, self._columns = number, {}
        missing = [name for name in (*schema.names, EPISODE) if name not in self._columns]
        if missing:
            with pq.ParquetFile(self._path, metadata=self._footer) as file:
                read = file.read_row_group(number, columns=missing, use_threads=False)
            self._columns |= {name: read[name] for name in missing}
        rows = pa.table([self._columns[name] for name in schema.names], schema=schema)
        mine = np.flatnonzero(self._columns[EPISODE].to_numpy() == episode)
        if len(mine) and mine[-1] - mine[0] + 1 == len(mine):
            return rows.slice(mine[0], len(mine))
        return rows.take(pa.array(mine))


def _episodes_of_groups(footer: pq.FileMetaData) -> Iterator[tuple[float, float]]:
    """Yield the least and greatest episode of every row group; all of them where the file does not tell."""
    names = [footer.schema.column(number).path for number in range(footer.num_columns)]
    for number in range(footer.num_row_groups):
        told = footer.row_group(number).column(names.index(EPISODE)).statistics
        yield (told.min, told.max) if told is not None and told.has_min_max else (-np.inf, np.inf)
