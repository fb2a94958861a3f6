"""What the writers of both LeRobot versions do alike: number the rows and hold all episodes to one feature table."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import Dialect, Episode, View, check_columns
from vln_pipeline.export.features import BOOKKEEPING, Feature
from vln_pipeline.export.video import describe_video

INFO = "meta/info.json"
DIALECT = "meta/dialect.json"
"""What LeRobot's own files have no place for: dialect, scene, cameras."""


@dataclass(frozen=True)
class SceneFacts:
    """What a dataset tells of a scene.

    Attributes:
        id: scene id.
        source: the scene source.
        licence: terms of its data, in the source's own words.
    """

    id: str
    source: str
    licence: str


class Writer(ABC):
    """Writes one dataset, episode by episode; a context, whose end without an error completes the dataset.

    Args:
        root: folder of the dataset; made if need be.
        dialect: what the episodes were made by.
        scene: whose walks they are.
        config: parameters of the stage.

    Attributes:
        episodes, frames, tasks: how many were written.
        labellers: who wrote the instructions.
        rigs: names of the rigs that filmed.
        cameras: the cameras that were used, by setting.
        sways: whether any robot did.
    """

    version: ClassVar[str]

    def __init__(self, root: Path, dialect: Dialect, scene: SceneFacts, config: ExportConfig) -> None:
        self.root, self.dialect, self.scene, self.config = root, dialect, scene, config
        self.episodes, self.frames, self.tasks = 0, 0, 0
        self.cameras: dict[str, dict[str, Any]] = {}
        self.features: dict[str, Feature] = {}
        self.sways = False
        self.labellers: set[str] = set()
        self.rigs: set[str] = set()
        (root / "meta").mkdir(parents=True)

    def add(self, episode: Episode) -> None:
        """Write an episode.

        Raises:
            DataError: an image is missing or broken, or the episode does not fit the ones before it.
        """
        if not self.features:
            self.features = {**self._features(episode), **BOOKKEEPING}
        check_columns(self._columns(episode), self.features, episode.trajectory)
        for view in episode.views:
            self._register(view)
            self.rigs.add(view.camera.partition(".")[0])
        self._store(episode)
        self.sways |= episode.sways
        self.labellers.add(episode.labels.labeller or "unknown")
        self.episodes += 1
        self.frames += episode.length

    @property
    @abstractmethod
    def depth_unit(self) -> float:
        """Metres per unit of the depth images."""

    @abstractmethod
    def _features(self, episode: Episode) -> dict[str, Feature]:
        """Return the feature table, less the bookkeeping columns, of a dataset that begins with an episode."""

    def _columns(self, episode: Episode) -> Mapping[str, Any]:
        """Return the columns of an episode, less images and bookkeeping."""
        return episode.columns

    @abstractmethod
    def _store(self, episode: Episode) -> None:
        """Write an episode's images, rows and metadata."""

    @abstractmethod
    def _close(self) -> None:
        """Close all files."""

    @abstractmethod
    def _complete(self) -> Mapping[str, Any]:
        """Write what is known at the end, and return this version's entries of ``info.json``."""

    def _register(self, view: View) -> None:
        camera = {
            "height": view.setting.height,
            "pitch": view.setting.pitch,
            "suffix": view.suffix,
            "intrinsics": dict(vars(view.setting.intrinsics)),
        }
        known = self.cameras.setdefault(view.setting.name, camera)
        others = [c["intrinsics"] for c in self.cameras.values() if c["suffix"] == view.suffix]
        sizes = {f"{c['width']}x{c['height']}" for c in others}
        if len(sizes) > 1:
            cause = f"its cameras film {' and '.join(sorted(sizes))}, and {self.dialect.name} has one size for all"
            mend = "give the cameras of a continuous rig one size, or name another rig (params:export.vln_n1.rig)"
            raise DataError(view.trajectory, cause, mend)
        if known != camera:
            cause = f"camera {view.setting.name} differs from that of the walks before it"
            raise DataError(view.trajectory, cause, "render all walks with the same rigs")

    def _bookkeeping(self, episode: Episode, task: int) -> dict[str, NDArray[Any]]:
        frames = np.arange(episode.length)
        return {
            "timestamp": (frames / self.dialect.fps).astype(np.float32),
            "frame_index": frames,
            "episode_index": np.full(episode.length, self.episodes),
            "index": self.frames + frames,
            "task_index": np.full(episode.length, task),
        }

    def _described_features(self) -> dict[str, Any]:
        table = {name: feature.describe() for name, feature in self.features.items()}
        for name, feature in self.features.items():
            if feature.dtype == "video":
                height, width, _ = feature.shape
                table[name]["info"] = describe_video(width, height, self.dialect.fps)
        return table

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if error is not None or not self.episodes:
            return
        info = {
            "codebase_version": self.version,
            "robot_type": self.config.robot_type,
            "total_episodes": self.episodes,
            "total_frames": self.frames,
            "total_tasks": self.tasks,
            "chunks_size": self.config.chunk_size,
            "fps": self.dialect.fps,
            "splits": {"train": f"0:{self.episodes}"},
            **self._complete(),
            "features": self._described_features(),
        }
        write_json(self.root / INFO, info)
        record: dict[str, Any] = {
            "dialect": self.dialect.name,
            "scenes": [asdict(self.scene)],
            "labellers": sorted(self.labellers),
            "depth_unit": self.depth_unit,
        }
        if self.sways:
            record["sways"] = True
        write_json(self.root / DIALECT, record | {"cameras": self.cameras})


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write an indented JSON file; numbers that are not finite are an error."""
    path.write_text(json.dumps(value, indent=4, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def append_line(path: Path, value: Mapping[str, Any]) -> None:
    """Append a line to a JSON lines file; numbers that are not finite are an error."""
    with path.open("a", encoding="utf-8") as lines:
        lines.write(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")
