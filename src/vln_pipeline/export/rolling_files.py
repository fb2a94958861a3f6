"""v3.0 files that hold many episodes: full ones are closed, the next one is begun."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.features import Feature
from vln_pipeline.export.parquet import COMPRESSION, schema
from vln_pipeline.export.video import EncodedFrame, VideoFile

DATA_PATH = "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet"
VIDEO_PATH = "videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4"
MEGABYTE = 1024 * 1024
ROW_GROUP_MB = 2
"""Least size of a row group. lerobot has one for every episode, but readers take long over thousands of tiny ones: of
1,000 episodes of small frames half of the time that lerobot takes to open them."""


def place(number: int, chunk_size: int) -> dict[str, int]:
    """Return the chunk and file index of the n-th file."""
    return {"chunk_index": number // chunk_size, "file_index": number % chunk_size}


class RollingTable:
    """Data files of row groups that hold whole episodes; a context that closes the last one.

    Args:
        root: folder of the dataset.
        features: the feature table.
        config: chunk size and file size.
    """

    def __init__(self, root: Path, features: Mapping[str, Feature], config: ExportConfig) -> None:
        self._root, self._schema, self._config = root, schema(features), config
        self._count = 0
        self._waiting: list[pa.Table] = []
        self._held = 0
        self._sink: Any = None
        self._writer: Any = None

    def add(self, rows: pa.Table) -> dict[str, int]:
        """Append an episode's rows and return where they are, as the episode table has it."""
        if self._sink is not None and self._sink.tell() + self._held >= self._config.data_file_mb * MEGABYTE:
            self._finish()
        if self._sink is None:
            path = self._root / DATA_PATH.format(**place(self._count, self._config.chunk_size))
            path.parent.mkdir(parents=True, exist_ok=True)
            self._sink = pa.OSFile(str(path), "wb")
            self._writer = pq.ParquetWriter(self._sink, self._schema, compression=COMPRESSION)
            self._count += 1
        self._waiting.append(rows)
        self._held += rows.nbytes
        if self._held >= ROW_GROUP_MB * MEGABYTE:
            self._flush()
        where = place(self._count - 1, self._config.chunk_size)
        return {f"data/{name}": value for name, value in where.items()}

    def _flush(self) -> None:
        if self._waiting:
            rows = pa.concat_tables(self._waiting)
            self._writer.write_table(rows, row_group_size=len(rows))
            self._waiting, self._held = [], 0

    def _finish(self) -> None:
        if self._sink is not None:
            self._flush()
            self._writer.close()
            self._sink.close()
            self._sink = self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()


class RollingVideo:
    """Video files of one camera, episodes one after another; a context that closes the last one.

    Args:
        root: folder of the dataset.
        key: the video feature.
        size: width and height, pixels.
        fps: frames per second.
        config: chunk size, file size and encoder.
    """

    def __init__(self, root: Path, key: str, size: tuple[int, int], fps: int, config: ExportConfig) -> None:
        self._root, self._key, self._size, self._fps, self._config = root, key, size, fps, config
        self._count = 0
        self._file: VideoFile | None = None

    def add(self, frames: Sequence[EncodedFrame]) -> dict[str, Any]:
        """Append an episode and return where it is, as the episode table has it."""
        if self._file is not None and self._file.size >= self._config.video_file_mb * MEGABYTE:
            self._finish()
        if self._file is None:
            path = self._root / VIDEO_PATH.format(video_key=self._key, **place(self._count, self._config.chunk_size))
            self._file = VideoFile(path, *self._size, self._fps, self._config.video)
            self._count += 1
        first = self._file.frames
        self._file.add(frames)
        times = {"from_timestamp": first / self._fps, "to_timestamp": self._file.frames / self._fps}
        where: dict[str, Any] = {**place(self._count - 1, self._config.chunk_size), **times}
        return {f"videos/{self._key}/{name}": value for name, value in where.items()}

    def _finish(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()
