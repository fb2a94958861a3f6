"""Reads published recordings, in a folder per trajectory or a folder per scene, and refuses damaged ones."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.vln_pe.layout import CHUNK_SIZE, DEPTH, RGB, SCHEMA, array_name, data_name, own_array_name
from vln_pipeline.export.vln_pe.recording import Recording, Track, Words
from vln_pipeline.regular_file import regular

_DATA = re.compile(r"data/chunk-(\d{3})/episode_(\d{6})\.parquet")
_LONGEST = 100_000
"""Frames in the longest trajectory that is believed; VLN-PE ends one after 50,000 simulated steps."""
_LARGEST_TABLE = 256 * 2**20
"""Bytes of the largest table of instructions that is read."""
_NORM = 1e-3
"""Largest difference of a quaternion's norm from 1."""
_LARGEST_COLUMNS = 2**28
"""Bytes of the largest table of frames that is read, unpacked."""
_FAULTS = (
    *(OSError, EOFError, LookupError, ValueError, TypeError, OverflowError, RecursionError),
    *(SyntaxError, TokenError),
    pa.ArrowException,
)
"""What reading a damaged file raises; the second line is numpy's, at the header of an array."""
_MEND = "download or export this trajectory again"


@dataclass(frozen=True)
class RecordingFile:
    """Where a recording lies.

    Attributes:
        folder: of the trajectory or of the scene.
        episode: its number in the folder; 0 in a folder of a trajectory.
    """

    folder: Path
    episode: int = 0

    def __str__(self) -> str:
        return f"{self.folder.name}, episode {self.episode}"


def read(directory: Path) -> tuple[RecordingFile, ...]:
    """Return the recordings of an item of the store."""
    return tuple(find_recordings(directory))


def find_recordings(root: Path) -> Iterator[RecordingFile]:
    """Yield the recordings below a folder, sorted by folder and number; links to folders are not followed.

    Raises:
        DataError: there is no such folder.
    """
    if not root.is_dir():
        raise DataError(str(root), "no such folder", "name the folder that holds the scenes or trajectories")
    for data in sorted(path for path in root.rglob("data") if path.is_dir()):
        for table in sorted(data.glob("chunk-*/episode_*.parquet")):
            found = _DATA.fullmatch(table.relative_to(data.parent).as_posix())
            if found and int(found[1]) == int(found[2]) // CHUNK_SIZE:
                yield RecordingFile(data.parent, int(found[2]))


def read_recording(file: RecordingFile) -> Recording:
    """Read one recording; its images are mapped from their files, not loaded.

    Raises:
        DataError: a file is missing, damaged, leads out of the folder, or does not fit the others.
    """
    try:
        table = _table(_inside(file, data_name(file.episode)))
        rgb, depth = (_array(file, kind) for kind in (RGB, DEPTH))
        words, status, reason = _words(file)
        columns: dict[str, NDArray[Any]] = {
            name: np.array(table[name].to_pylist(), dtype=_dtype(name)) for name in SCHEMA.names
        }
        _check(columns, rgb, depth)
        return Recording(
            camera=_track(columns, "camera"),
            robot=_track(columns, "robot"),
            progress=columns["observation.progress"],
            step=columns["observation.step"],
            action=columns["observation.action"],
            rgb=rgb,
            depth=depth,
            finish_status=status,
            fail_reason=reason,
            words=words,
        )
    except _FAULTS as error:
        raise DataError(str(file), f"not a readable recording ({type(error).__name__}: {error})", _MEND) from error


def _inside(file: RecordingFile, name: str) -> Path:
    path = file.folder / name
    if not path.resolve().is_relative_to(file.folder.resolve()):
        raise ValueError(f"{name} leads out of the folder")
    return path


def _table(path: Path) -> pa.Table:
    told = pq.read_metadata(regular(path))
    if not 0 < told.num_rows <= _LONGEST:
        raise ValueError(f"{path.name} has {told.num_rows} rows")
    if sum(told.row_group(n).total_byte_size for n in range(told.num_row_groups)) > _LARGEST_COLUMNS:
        raise ValueError(f"{path.name} is larger than {_LARGEST_COLUMNS} bytes")
    table = pq.read_table(path, columns=SCHEMA.names)
    missing = [name for name in SCHEMA.names if name not in table.column_names]
    if missing:
        raise ValueError(f"{path.name} lacks {missing[0]}")
    if any(table[name].null_count for name in SCHEMA.names):
        raise ValueError(f"{path.name} has empty cells")
    return table


def _dtype(name: str) -> type:
    return np.int64 if SCHEMA.field(name).type == pa.int64() else np.float64


def _array(file: RecordingFile, kind: str) -> NDArray[Any]:
    own = _inside(file, own_array_name(kind))
    path = own if file.episode == 0 and own.is_file() else _inside(file, array_name(kind, file.episode))
    array: NDArray[Any] = np.load(regular(path), mmap_mode="r", allow_pickle=False)
    return array


def _words(file: RecordingFile) -> tuple[tuple[Words, ...], str, str]:
    """Return the instructions of an episode, how it ended and why."""
    lines = _lines(_inside(file, "meta/tasks.jsonl"))
    if lines:
        spans = [s for s in _lines(_inside(file, "meta/episodes_stats.jsonl")) if s["episode_index"] == file.episode]
        span = spans[0]["task_index"] if spans else {"min": 0, "max": 0}
        lines = [line for line in lines if int(span["min"]) <= int(line["task_index"]) <= int(span["max"])]
    else:
        lines = _lines(_inside(file, "meta/episodes.jsonl"))
    if not lines:
        raise ValueError("it has no instruction")
    words = tuple(Words(_text(line), tuple(map(int, line.get("instruction_tokens", ())))) for line in lines)
    return words, str(lines[-1]["finish_status"]), str(lines[-1]["fail_reason"])


def _text(line: dict[str, Any]) -> str:
    """Return the instruction; tables per scene call it ``task``, tables per trajectory ``instruction_text``."""
    text = line.get("instruction_text", line.get("task"))
    if not isinstance(text, str):
        raise TypeError("an instruction is no text")
    return text


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    if path.stat().st_size > _LARGEST_TABLE:
        raise ValueError(f"{path.name} is larger than {_LARGEST_TABLE} bytes")
    # Not splitlines: words may hold characters that are line ends to Unicode, but not to JSON lines.
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
    if not all(isinstance(row, dict) for row in rows):
        raise TypeError(f"{path.name} has a line that is no record")
    return rows


def _track(columns: dict[str, NDArray[Any]], name: str) -> Track:
    return Track(*(columns[f"observation.{name}_{part}"] for part in ("position", "orientation", "yaw")))


def _check(columns: dict[str, NDArray[Any]], rgb: NDArray[Any], depth: NDArray[Any]) -> None:
    """Raise a ``ValueError`` unless all parts are of one trajectory and hold what their names say."""
    count = len(columns["observation.action"])
    if rgb.ndim != 4 or rgb.shape[-1] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"colour is {rgb.dtype} {rgb.shape}, not uint8 (N, h, w, 3)")
    if depth.shape[:3] != rgb.shape[:3] or depth.ndim != 3 or depth.dtype != np.float32:
        raise ValueError(f"depth is {depth.dtype} {depth.shape}, colour {rgb.shape}")
    if len(rgb) != count:
        raise ValueError(f"{count} rows and {len(rgb)} images")
    for name, values in columns.items():
        size = getattr(SCHEMA.field(name).type, "list_size", None)
        if values.shape != ((count,) if size is None else (count, size)) or not np.isfinite(values).all():
            raise ValueError(f"{name} is not finite or of shape {values.shape}")
        if name.endswith("_orientation") and (abs(np.linalg.norm(values, axis=1) - 1) > _NORM).any():
            raise ValueError(f"{name} holds quaternions whose norm is not 1")
