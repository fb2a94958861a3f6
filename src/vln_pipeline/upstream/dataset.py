"""A dataset folder as anyone may have written it: whatever can be read is read, and what cannot is remembered."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.writer import INFO
from vln_pipeline.regular_file import regular
from vln_pipeline.upstream.pictures import Pictures

EPISODES, STATISTICS, TASKS = "meta/episodes.jsonl", "meta/episodes_stats.jsonl", "meta/tasks.jsonl"
_TABLE = re.compile(r"episode_(\d+)\.parquet")
_LARGEST = 2**28
"""Bytes of the largest table that is read, unpacked."""
_LARGE = ("observation.path_points", "observation.path_colors")
"""Columns of older releases that hold a whole path in each row."""


@dataclass(frozen=True)
class Lines:
    """A JSON lines file.

    Attributes:
        rows: its objects.
        broken: numbers of the lines that are none, from 1.
    """

    rows: tuple[dict[str, Any], ...]
    broken: tuple[int, ...]

    def text(self, rows: list[dict[str, Any]]) -> str:
        """Return other rows in the file's form."""
        return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


class UpstreamDataset:
    """One dataset in LeRobot's layout v2.1: metadata, a table an episode, loose images.

    Nothing here raises for a fault of the data; what is missing or broken is None, absent or listed.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._columns: dict[int, dict[str, pa.Array]] = {}

    @cached_property
    def info(self) -> dict[str, Any] | None:
        """``info.json``, or None."""
        try:
            value = json.loads(regular(self.root / INFO).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError, DataError):
            return None
        return value if isinstance(value, dict) else None

    def lines(self, name: str) -> Lines | None:
        """Return a JSON lines file of the dataset, or None."""
        try:
            # Instructions may hold U+0085 or U+2028, which Python's splitlines takes for ends of lines.
            texts = regular(self.root / name).read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError, DataError):
            return None
        rows, broken = [], []
        for number, text in enumerate(texts, 1):
            try:
                row = json.loads(text)
            except (ValueError, RecursionError):
                row = None
            if isinstance(row, dict):
                rows.append(row)
            elif text.strip():
                broken.append(number)
        return Lines(tuple(rows), tuple(broken))

    @cached_property
    def files(self) -> dict[int, Path]:
        """The table of each episode, readable or not."""
        found = ((_TABLE.fullmatch(path.name), path) for path in sorted(self.root.glob("data/chunk-*/*.parquet")))
        return dict(sorted((int(name[1]), path) for name, path in found if name))

    @cached_property
    def rows(self) -> dict[int, int]:
        """Rows of the episodes whose tables can be read and are no larger than is believed."""
        counts = {}
        for episode, path in self.files.items():
            try:
                told = pq.read_metadata(regular(path))
                size = sum(told.row_group(number).total_byte_size for number in range(told.num_row_groups))
            except (OSError, pa.ArrowException, DataError):
                continue
            if size <= _LARGEST:
                counts[episode] = told.num_rows
        return counts

    def columns(self, episode: int) -> Mapping[str, pa.Array]:
        """Return the columns of an episode of ``rows``, none where its table breaks off."""
        if episode not in self._columns:
            try:
                with pq.ParquetFile(self.files[episode]) as file:
                    names = [
                        field.name
                        for field in file.schema_arrow
                        if field.name not in _LARGE and not pa.types.is_struct(field.type)
                    ]
                    table = file.read(columns=names, use_threads=False)
                    self._columns[episode] = {name: table[name].combine_chunks() for name in names}
            except (OSError, pa.ArrowException):
                self._columns[episode] = {}
        return self._columns[episode]

    def values(self, episode: int, name: str, *shape: int) -> NDArray[Any] | None:
        """Return the (N, *shape) numbers of a column, or None where it is missing or holds something else.

        Rows of matrices may be nested or flat, as releases differ.
        """
        column = self.columns(episode).get(name)
        if column is None:
            return None
        while isinstance(column, (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray)):
            column = column.flatten()
        is_number = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
        count = self.rows.get(episode, 0)
        if not is_number or column.null_count or not count or len(column) != count * int(np.prod(shape)):
            return None
        return np.asarray(column.to_numpy(zero_copy_only=False)).reshape(count, *shape)

    def poses(self, episode: int, name: str) -> NDArray[np.float64] | None:
        """Return (N, 4, 4) matrices of a column, or None where it has none or they are not finite."""
        values = self.values(episode, name, 4, 4)
        return None if values is None or not np.isfinite(values).all() else values.astype(np.float64)

    @cached_property
    def picture_keys(self) -> tuple[str, ...]:
        """Names of the folders of loose images."""
        found = {path.name for path in self.root.glob("videos/chunk-*/observation.images.*") if path.is_dir()}
        return tuple(sorted(found))

    def pictures(self, key: str) -> Pictures:
        """Return the loose images of a folder, over all chunks."""
        if key not in self._pictures:
            self._pictures[key] = Pictures.of(sorted(self.root.glob(f"videos/chunk-*/{key}")))
        return self._pictures[key]

    @cached_property
    def _pictures(self) -> dict[str, Pictures]:
        return {}

    def name(self, path: Path) -> str:
        """Return a path as a user reads it, relative to the dataset."""
        return path.relative_to(self.root).as_posix()


def whole_number(value: Any) -> int | None:
    """Return what a JSON file has where a number is expected, if it is one."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None
