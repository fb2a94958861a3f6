"""LeRobot v3.0: many episodes per file, colour as video, depth as 16-bit images in the rows.

::

    meta/info.json, dialect.json, stats.json
    meta/masks.json                                      what ids of masks mean, where there are masks
    meta/tasks.parquet                                   a row per instruction
    meta/episodes/chunk-000/file-000.parquet             a row per episode
    data/chunk-000/file-000.parquet                      a row per frame
    videos/observation.images.rgb<camera>/chunk-000/file-000.mp4

The depth feature is not called an image: lerobot takes every feature with "image" in its name for three channels. One
unit is a millimetre, because lerobot 0.4 reads 16-bit images as signed numbers, which at 0.1 mm end at 3.3 m.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import Dialect, Episode, View
from vln_pipeline.export.episode_table import EpisodeTable, text_index
from vln_pipeline.export.features import Feature, depth_picture, picture
from vln_pipeline.export.loose_images import encoded_depth, rescaled
from vln_pipeline.export.masks import LARGEST_ID, mask_name, mask_picture, names_of, write_names
from vln_pipeline.export.parquet import table
from vln_pipeline.export.policy_form import policy_columns, policy_features
from vln_pipeline.export.rolling_files import DATA_PATH, VIDEO_PATH, RollingTable, RollingVideo
from vln_pipeline.export.statistics import ImageStatistics, Statistics, as_json, merged, of_numbers
from vln_pipeline.export.writer import SceneFacts, Writer, write_json

RGB = "observation.images.rgb"
DEPTH = "observation.depth"
DEPTH_UNIT = 1e-3
LARGEST_DEPTH = 32_767
"""Units; the 16-bit images of lerobot 0.4 are signed."""


class WriterV30(Writer):
    """Writes a v3.0 dataset."""

    version = "v3.0"

    def __init__(self, root: Path, dialect: Dialect, scene: SceneFacts, config: ExportConfig) -> None:
        super().__init__(root, dialect, scene, config)
        self._open = ExitStack()
        self._rows: RollingTable | None = None
        self._videos: dict[str, RollingVideo] = {}
        self._table: EpisodeTable | None = None
        self._statistics: dict[str, Statistics] = {}
        self._tasks: dict[str, int] = {}
        self._names: dict[str, Any] = {}

    @property
    def depth_unit(self) -> float:
        """Metres per unit of the depth images."""
        return DEPTH_UNIT

    def _features(self, episode: Episode) -> dict[str, Feature]:
        language = self.config.v30.language
        features = policy_features(
            self.dialect.features(episode), self.dialect.name, clips=episode.clips is not None, language=language
        )
        for view in episode.views:
            camera = view.setting.intrinsics
            features[f"{RGB}{view.suffix}"] = picture("video", camera.height, camera.width, 3)
            features[f"{DEPTH}{view.suffix}"] = depth_picture(camera.height, camera.width)
            for kind in self.config.v30.masks:
                features[mask_name(kind, view.suffix)] = mask_picture(camera.height, camera.width)
        return features

    def _columns(self, episode: Episode) -> dict[str, Any]:
        columns = policy_columns(episode, self.dialect.name, self.dialect.fps, language=self.config.v30.language)
        # Statistics are of what readers find, which has the precision of the column.
        return {
            name: values if isinstance(values, list) else values.astype(self.features[name].dtype)
            for name, values in columns.items()
            if name in self.features
        }

    def _store(self, episode: Episode) -> None:
        if self._rows is None or self._table is None:
            self._rows = self._open.enter_context(RollingTable(self.root, self.features, self.config))
            self._table = self._open.enter_context(EpisodeTable(self.root, self.features))
        tasks = (episode.labels.sum_instruction, *episode.labels.variants)
        numbers = [self._tasks.setdefault(task, len(self._tasks)) for task in tasks]
        columns = {**self._columns(episode), **self._bookkeeping(episode, numbers[0])}
        statistics = {name: of_numbers(values) for name, values in columns.items() if not isinstance(values, list)}
        row = {"episode_index": self.episodes, "tasks": list(dict.fromkeys(tasks)), "length": episode.length}
        row |= {"scene": self.scene.id, "split": "train"}
        row |= {"trajectory": episode.trajectory, "cameras": [view.setting.name for view in episode.views]}
        row |= {"dataset_from_index": self.frames, "dataset_to_index": self.frames + episode.length}
        for view in episode.views:
            row |= self._store_colour(episode, view, statistics)
            columns[f"{DEPTH}{view.suffix}"] = self._encode_depth(episode, view, statistics)
            for kind in self.config.v30.masks:
                columns[mask_name(kind, view.suffix)] = self._read_masks(episode, view, kind, statistics)
        row |= self._rows.add(table(columns, self.features))
        self._table.add(row, statistics)
        for name, found in statistics.items():
            self._statistics[name] = merged(self._statistics[name], found) if name in self._statistics else found
        self.tasks = len(self._tasks)

    def _store_colour(self, episode: Episode, view: View, statistics: dict[str, Statistics]) -> dict[str, Any]:
        key = f"{RGB}{view.suffix}"
        if key not in self._videos:
            camera = view.setting.intrinsics
            video = RollingVideo(self.root, key, (camera.width, camera.height), self.dialect.fps, self.config)
            self._videos[key] = self._open.enter_context(video)
        colour = episode.colour(view, self.dialect.fps, self.config.video)
        statistics[key] = colour.statistics
        return self._videos[key].add(colour.frames)

    def _encode_depth(self, episode: Episode, view: View, statistics: dict[str, Statistics]) -> list[bytes]:
        counted = ImageStatistics(episode.length, channels=1, levels=LARGEST_DEPTH + 1, scale=1.0)
        images = []
        for frame in range(episode.length):
            stored = view.depth(frame)
            depth = rescaled(stored, view.depth_unit, DEPTH_UNIT, LARGEST_DEPTH)
            counted.add(frame, depth)
            same = view.depth_unit == DEPTH_UNIT and stored.max() <= LARGEST_DEPTH
            images.append(view.path("depth", frame).read_bytes() if same else encoded_depth(depth))
        statistics[f"{DEPTH}{view.suffix}"] = counted.result()
        return images

    def _read_masks(self, episode: Episode, view: View, kind: str, statistics: dict[str, Statistics]) -> list[bytes]:
        self._names = self._names or {self.scene.id: names_of(view.footage.index)}
        counted = ImageStatistics(episode.length, channels=1, levels=LARGEST_ID + 1, scale=1.0)
        images = []
        for frame in range(episode.length):
            mask = view.mask(kind, frame)
            if mask.max() > LARGEST_ID:
                raise DataError(str(view.path(kind, frame)), f"has an id above {LARGEST_ID}", "render this item again")
            counted.add(frame, mask)
            images.append(view.path(kind, frame).read_bytes())
        statistics[mask_name(kind, view.suffix)] = counted.result()
        return images

    def _close(self) -> None:
        self._open.close()

    def _complete(self) -> Mapping[str, Any]:
        text_index(self.root / "meta" / "tasks.parquet", "task_index", self._tasks)
        pooled = {name: self._statistics[name] for name in self.features if name in self._statistics}
        write_json(self.root / "meta" / "stats.json", as_json(pooled, quantiles=True))
        write_names(self.root, self._names)
        return {
            "data_files_size_in_mb": self.config.data_file_mb,
            "video_files_size_in_mb": self.config.video_file_mb,
            "data_path": DATA_PATH,
            "video_path": VIDEO_PATH,
        }
