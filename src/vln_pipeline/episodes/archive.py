"""Episodes on disk, to be read scene by scene.

::

    <item>/
      episodes.parquet    a row per episode, a row group per scene
      episodes.json       dataset, split, scenes in the order of the groups with their counts, skipped by reason
      rejected.parquet    episode, reason
"""

import json
from functools import cached_property
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from vln_pipeline.episodes.episode import Episode, EpisodeSet, GroundTruth, Instruction, Rejection, SpokenWord
from vln_pipeline.errors import DataError

_POINT = pa.list_(pa.float64(), 3)
_POSE = pa.list_(pa.float64(), 4)
_SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "trajectory": pa.string(),
        "scene": pa.string(),
        "text": pa.string(),
        "language": pa.string(),
        "instruction": pa.string(),
        "words": pa.list_(pa.struct({"text": pa.string(), "start": pa.float64(), "end": pa.float64()})),
        "start": _POSE,
        "goal": _POINT,
        "goal_radius": pa.float64(),
        "reference": pa.list_(_POINT),
        "geodesic": pa.float64(),
        "truth": pa.struct(
            {"actions": pa.list_(pa.int8()), "turn": pa.float64(), "step": pa.float64(), "poses": pa.list_(_POSE)}
        ),
    }
)
_REJECTED = pa.schema({"episode": pa.string(), "reason": pa.string()})
_TABLE, _INDEX, _QUARANTINE = "episodes.parquet", "episodes.json", "rejected.parquet"


class EpisodeArchive:
    """The episodes of one split; a scene's are read when they are asked for."""

    def __init__(self, directory: Path) -> None:
        self._directory = Path(directory)

    @property
    def dataset(self) -> str:
        """Name of the data set."""
        return str(self._index["dataset"])

    @property
    def split(self) -> str:
        """Name of the split."""
        return str(self._index["split"])

    @property
    def scenes(self) -> dict[str, int]:
        """Number of episodes by scene, in order of scenes."""
        return {str(name): int(count) for name, count in self._index["scenes"].items()}

    @property
    def skipped(self) -> dict[str, int]:
        """Number of episodes that were not asked for, by reason."""
        return {str(reason): int(count) for reason, count in self._index["skipped"].items()}

    @property
    def rejected(self) -> tuple[Rejection, ...]:
        """Episodes that cannot be used."""
        return tuple(Rejection(**row) for row in self._read(_QUARANTINE, _REJECTED).to_pylist())

    def of_scene(self, scene: str) -> tuple[Episode, ...]:
        """Return a scene's episodes, in the order of their file.

        Raises:
            DataError: the table cannot be read.
        """
        group = list(self.scenes).index(scene)
        try:
            rows = pq.ParquetFile(self._directory / _TABLE).read_row_group(group).cast(_SCHEMA).to_pylist()
            return tuple(_episode(row, self.dataset, self.split) for row in rows)
        except (OSError, ValueError, KeyError, TypeError, IndexError, pa.ArrowException) as error:
            raise self._unreadable(error) from error

    @cached_property
    def _index(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self._directory / _INDEX).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise self._unreadable(error) from error
        return found

    def _read(self, name: str, schema: pa.Schema) -> pa.Table:
        try:
            return pq.read_table(self._directory / name, schema=schema)
        except (OSError, pa.ArrowException) as error:
            raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> DataError:
        cause = f"not a readable set of episodes ({type(error).__name__}: {error})"
        return DataError(self._directory.name, cause, "delete it and run vlnce again")


def write(episodes: EpisodeSet, directory: Path) -> None:
    """Write the episodes of a split; the same episodes give the same bytes."""
    by_scene = sorted(episodes.kept, key=lambda episode: episode.scene)
    counts: dict[str, int] = {}
    with pq.ParquetWriter(directory / _TABLE, _SCHEMA) as writer:
        for scene, found in groupby(by_scene, key=lambda episode: episode.scene):
            rows = [_row(episode) for episode in found]
            counts[scene] = len(rows)
            writer.write_table(pa.Table.from_pylist(rows, _SCHEMA), row_group_size=len(rows))
    index = {"dataset": episodes.dataset, "split": episodes.split, "scenes": counts, "skipped": episodes.skipped}
    (directory / _INDEX).write_text(json.dumps(index, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    rejected = [{"episode": r.episode, "reason": r.reason} for r in episodes.rejected]
    pq.write_table(pa.Table.from_pylist(rejected, _REJECTED), directory / _QUARANTINE)


def _row(episode: Episode) -> dict[str, Any]:
    told, truth = episode.instruction, episode.truth
    return {
        "id": episode.id,
        "trajectory": episode.trajectory,
        "scene": episode.scene,
        "text": told.text,
        "language": told.language,
        "instruction": told.id,
        "words": [{"text": w.text, "start": w.start, "end": w.end} for w in told.words],
        "start": episode.start.tolist(),
        "goal": None if episode.goal is None else episode.goal.tolist(),
        "goal_radius": episode.goal_radius,
        "reference": episode.reference.tolist(),
        "geodesic": episode.geodesic,
        "truth": truth
        and {
            "actions": truth.actions.tolist(),
            "turn": truth.turn,
            "step": truth.step,
            "poses": truth.poses.tolist(),
        },
    }


def _episode(row: dict[str, Any], dataset: str, split: str) -> Episode:
    truth = row["truth"]
    return Episode(
        dataset=dataset,
        split=split,
        id=row["id"],
        trajectory=row["trajectory"],
        scene=row["scene"],
        instruction=Instruction(
            row["text"], row["language"], row["instruction"], tuple(SpokenWord(**word) for word in row["words"])
        ),
        start=np.array(row["start"]),
        goal=None if row["goal"] is None else np.array(row["goal"]),
        goal_radius=row["goal_radius"],
        reference=np.array(row["reference"], dtype=np.float64).reshape(-1, 3),
        geodesic=row["geodesic"],
        truth=truth
        and GroundTruth(
            np.array(truth["actions"], dtype=np.int8),
            truth["turn"],
            truth["step"],
            np.array(truth["poses"], dtype=np.float64),
        ),
    )
