"""Joining the v3.0 datasets of a run's scenes to one.

Rows are numbered anew and copied one episode at a time; videos get a second name, so nothing is encoded again and
memory does not grow with the number of episodes.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from vln_pipeline.errors import DataError
from vln_pipeline.export.card import write_card
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode_table import EpisodeTable, read_episodes, statistics_of, text_index
from vln_pipeline.export.features import Feature
from vln_pipeline.export.loose_images import link_or_copy
from vln_pipeline.export.masks import read_names, write_names
from vln_pipeline.export.point_cloud import POINT_CLOUD
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.rolling_files import VIDEO_PATH, RollingTable, place
from vln_pipeline.export.statistics import Statistics, as_json, merged, of_numbers
from vln_pipeline.export.validate import validate
from vln_pipeline.export.writer import DIALECT, INFO, write_json
from vln_pipeline.scene_split import held_out


def join(
    parts: Sequence[ExportedDataset], config: ExportConfig, root: Path, *, seed: int, provenance: Mapping[str, Any]
) -> None:
    """Write one validated dataset of the episodes of several.

    Args:
        parts: v3.0 datasets of one dialect, a scene each.
        config: parameters of the stage.
        root: empty folder.
        seed: of the choice of validation scenes.
        provenance: printed on the card.

    Raises:
        DataError: the datasets have different features or cameras, or the result does not pass its validation.
    """
    held = held_out([part.scene for part in parts], config.v30.validation_share, seed)
    ordered = sorted(parts, key=lambda part: part.scene in held)
    joined = _Joined(root, ordered[0], config)
    with joined:
        for part in ordered:
            joined.add(part, "validation" if part.scene in held else "train")
    cloud = parts[0].root / POINT_CLOUD
    if len(parts) == 1 and cloud.is_file():  # clouds of several scenes would lie upon each other
        link_or_copy(cloud, root / POINT_CLOUD)
    dataset = ExportedDataset(root)
    write_card(dataset, {"seed": seed, **provenance})
    # The frames are those of the scenes, which were looked at when they were written.
    problems = validate(root, images=False)
    if problems:
        subject = f"{dataset.dialect} of {len(parts)} scenes"
        raise DataError(subject, f"does not pass its validation: {problems[0]}", "free disk space, and export again")


class _Joined:
    """The dataset that is being written; a context that completes it."""

    def __init__(self, root: Path, first: ExportedDataset, config: ExportConfig) -> None:
        self._root, self._first, self._config = root, first, config
        self._features = {name: Feature.described(entry) for name, entry in first.info["features"].items()}
        self._tasks: dict[str, int] = {}
        self._statistics: dict[str, Statistics] = {}
        self._cameras: dict[str, Any] = {}
        self._videos = {name: 0 for name, feature in self._features.items() if feature.dtype == "video"}
        self._episodes = self._frames = 0
        self._ends: dict[str, int] = {}
        self._parts: list[ExportedDataset] = []
        self._open = ExitStack()
        self._rows = self._open.enter_context(RollingTable(root, self._features, config))
        self._table = self._open.enter_context(EpisodeTable(root, self._features))

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._open.close()
        if kind is None:
            self._complete()

    def add(self, part: ExportedDataset, split: str) -> None:
        """Append the episodes of a scene."""
        self._check(part)
        tasks = [self._tasks.setdefault(task, len(self._tasks)) for task in part.tasks]
        files = {key: self._link_videos(part, key) for key in self._videos}
        for own, told in enumerate(read_episodes(part.root)):
            rows = part.table(own)
            columns = {
                "episode_index": np.full(len(rows), self._episodes),
                "index": self._frames + np.arange(len(rows)),
                "task_index": np.take(tasks, rows["task_index"].to_numpy()),
            }
            for name, values in columns.items():
                rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), pa.array(values))
            counted = {name: of_numbers(values) for name, values in columns.items()}
            statistics = statistics_of(told, self._features) | counted
            row = {name: value for name, value in told.items() if not name.startswith("stats/")}
            row |= {"episode_index": self._episodes, "split": split}
            row |= {"dataset_from_index": self._frames, "dataset_to_index": self._frames + len(rows)}
            for key, places in files.items():
                where = places[(told[f"videos/{key}/chunk_index"], told[f"videos/{key}/file_index"])]
                row |= {f"videos/{key}/{name}": value for name, value in where.items()}
            row |= self._rows.add(rows)
            self._table.add(row, statistics)
            for name, found in statistics.items():
                self._statistics[name] = merged(self._statistics[name], found) if name in self._statistics else found
            self._episodes += 1
            self._frames += len(rows)
        self._ends[split] = self._episodes
        self._parts.append(part)

    def _check(self, part: ExportedDataset) -> None:
        differing = [key for key in ("features", "fps", "robot_type") if part.info[key] != self._first.info[key]]
        known = ((part.cameras[name], self._cameras[name]) for name in part.cameras if name in self._cameras)
        if any(one != other for one, other in known):
            differing.append("cameras")
        if differing:
            cause = f"its {', '.join(differing)} differ from those of {self._first.scene}"
            raise DataError(part.scene, cause, "film all scenes with the same rigs, or set params:export.v30.dataset")
        self._cameras |= part.cameras

    def _link_videos(self, part: ExportedDataset, key: str) -> dict[tuple[int, int], dict[str, int]]:
        """Give a scene's videos their next names, and return where they are by where they were."""
        places = {}
        for path in sorted((part.root / "videos" / key).glob("chunk-*/file-*.mp4")):
            where = place(self._videos[key], self._config.chunk_size)
            target = self._root / VIDEO_PATH.format(video_key=key, **where)
            target.parent.mkdir(parents=True, exist_ok=True)
            link_or_copy(path, target)
            places[(int(path.parent.name[6:]), int(path.stem[5:]))] = where
            self._videos[key] += 1
        return places

    def _complete(self) -> None:
        text_index(self._root / "meta/tasks.parquet", "task_index", self._tasks)
        write_names(self._root, {scene: told for part in self._parts for scene, told in read_names(part.root).items()})
        pooled = {name: self._statistics[name] for name in self._features if name in self._statistics}
        write_json(self._root / "meta/stats.json", as_json(pooled, quantiles=True))
        train, end = self._ends.get("train", 0), self._episodes
        splits = {"train": f"0:{train}"} | ({"validation": f"{train}:{end}"} if end > train else {})
        totals = {"total_episodes": end, "total_frames": self._frames, "total_tasks": len(self._tasks)}
        write_json(self._root / INFO, {**self._first.info, **totals, "splits": splits})
        record = {
            "dialect": self._first.dialect,
            "scenes": [asdict(scene) for part in self._parts for scene in part.scenes],
            "labellers": sorted({labeller for part in self._parts for labeller in part.labellers}),
            "depth_unit": self._first.depth_unit,
        }
        if any(part.sways for part in self._parts):
            record["sways"] = True
        cameras = {name: camera.record() for name, camera in sorted(self._cameras.items())}
        write_json(self._root / DIALECT, record | {"cameras": cameras})
