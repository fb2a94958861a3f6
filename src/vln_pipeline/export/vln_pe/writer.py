"""Writes recordings in the layout."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.export.features import BOOKKEEPING, Feature
from vln_pipeline.export.loose_images import link_or_copy
from vln_pipeline.export.parquet import COMPRESSION, schema
from vln_pipeline.export.statistics import as_json, of_numbers
from vln_pipeline.export.vln_pe.layout import CHUNK_SIZE, DEPTH, RGB, SCHEMA, array_name, data_name, own_array_name
from vln_pipeline.export.vln_pe.recording import Recording
from vln_pipeline.export.writer import INFO, append_line, write_json

_FEATURES: dict[str, Feature] = {
    **{
        field.name: Feature("int64" if field.type == pa.int64() else "float64", (getattr(field.type, "list_size", 1),))
        for field in SCHEMA
    },
    **BOOKKEEPING,
}
FPS = 30
"""Frames per second that info.json says, as in the published data; a frame is an action, whatever time it takes."""


def write_recording(recording: Recording, folder: Path, robot_type: str) -> None:
    """Write one trajectory into a folder of its own; the same recording gives the same bytes.

    Args:
        recording: what was recorded.
        folder: made if need be.
        robot_type: what info.json calls the robot.
    """
    columns = columns_of(recording)
    data = folder / data_name(0)
    data.parent.mkdir(parents=True, exist_ok=True)
    types = schema(_FEATURES)
    arrays = [pa.array(values.tolist(), types.field(name).type) for name, values in columns.items()]
    pq.write_table(pa.table(arrays, schema=types), data, compression=COMPRESSION)
    for kind, array in ((RGB, recording.rgb), (DEPTH, recording.depth)):
        own = folder / own_array_name(kind)
        own.parent.mkdir(parents=True, exist_ok=True)
        np.save(own, array, allow_pickle=False)
        link_or_copy(own, folder / array_name(kind, 0))
    _write_tables(recording, columns, folder / "meta")
    info = {
        "codebase_version": "v2.1",
        "robot_type": robot_type,
        "total_episodes": 1,
        "total_frames": len(recording),
        "total_tasks": len(recording.words),
        "total_videos": 0,
        "total_chunks": 1,
        "chunks_size": CHUNK_SIZE,
        "fps": FPS,
        "splits": {"train": "0:1"},
        "data_path": "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
        "video_path": "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.npy",
        "features": {name: feature.describe() for name, feature in _FEATURES.items()},
    }
    write_json(folder / INFO, info)


def columns_of(recording: Recording) -> dict[str, np.ndarray[Any, Any]]:
    """Return the (N, ...) values of every column of the table."""
    frames = np.arange(len(recording))
    tracks = {
        f"observation.{name}_{part}": getattr(track, part)
        for name, track in (("camera", recording.camera), ("robot", recording.robot))
        for part in ("position", "orientation", "yaw")
    }
    return {
        **tracks,
        "observation.progress": recording.progress,
        "observation.step": recording.step,
        "observation.action": recording.action,
        "timestamp": (frames / FPS).astype(np.float32),
        "frame_index": frames,
        "episode_index": np.zeros_like(frames),
        "index": frames,
        "task_index": np.zeros_like(frames),
    }


def _write_tables(recording: Recording, columns: dict[str, np.ndarray[Any, Any]], meta: Path) -> None:
    meta.mkdir(parents=True, exist_ok=True)
    ending = {"finish_status": recording.finish_status, "fail_reason": recording.fail_reason}
    for number, words in enumerate(recording.words):
        told = {"instruction_text": words.text, "instruction_tokens": list(words.tokens), **ending}
        line = {"episode_index": 0, "tasks": [words.text], "length": len(recording), **told}
        append_line(meta / "episodes.jsonl", line)
        append_line(meta / "tasks.jsonl", {"task_index": number, "task": words.text, **told})
    span = {"min": 0, "max": len(recording.words) - 1, "count": len(recording)}
    statistics = as_json({name: of_numbers(values) for name, values in columns.items()}, quantiles=False)
    append_line(meta / "episodes_stats.jsonl", {"episode_index": 0, "task_index": span, "stats": statistics})
