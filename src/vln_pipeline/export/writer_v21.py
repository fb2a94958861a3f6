"""LeRobot v2.1 in the tree of InternData-N1: one file per episode, loose images beside the videos.

::

    meta/info.json, dialect.json
    meta/tasks.jsonl, episodes.jsonl, episodes_stats.jsonl    a line per task, episode, episode
    data/chunk-000/episode_000000.parquet
    videos/chunk-000/observation.images.rgb<camera>/episode_000000_<frame>.jpg     loose, as rendered
    videos/chunk-000/observation.images.depth<camera>/episode_000000_<frame>.png   loose, uint16, the dialect's unit
    videos/chunk-000/observation.video.rgb<camera>/episode_000000.mp4              the declared video feature, if any

``<camera>`` is empty (vln_n1) or ``.<H>cm_<P>deg`` (vln_ce). The videos have a folder and a feature name of their own:
a video in the folder of the loose images would break the loaders that list it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from vln_pipeline.export.config import ExportConfig
from vln_pipeline.export.episode import Dialect, Episode, View
from vln_pipeline.export.features import Feature, picture
from vln_pipeline.export.loose_images import place_depth, place_rgb
from vln_pipeline.export.parquet import COMPRESSION, table
from vln_pipeline.export.statistics import Statistics, as_json, of_numbers
from vln_pipeline.export.video import VideoFile
from vln_pipeline.export.writer import SceneFacts, Writer, append_line

VIDEO = "observation.video.rgb"
RGB = "observation.images.rgb"
DEPTH = "observation.images.depth"
DATA_PATH = "data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet"
IMAGES = "videos/chunk-{episode_chunk:03d}/{image_key}"
VIDEO_PATH = "videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4"


class WriterV21(Writer):
    """Writes a v2.1 dataset."""

    version = "v2.1"

    def __init__(self, root: Path, dialect: Dialect, scene: SceneFacts, config: ExportConfig) -> None:
        super().__init__(root, dialect, scene, config)
        self._tasks: dict[str, int] = {}

    @property
    def depth_unit(self) -> float:
        """Metres per unit of the loose depth images."""
        return self.dialect.depth_unit

    def _features(self, episode: Episode) -> dict[str, Feature]:
        features = dict(self.dialect.features(episode))
        for view in episode.views:
            camera = view.setting.intrinsics
            if self.config.video.beside_images:
                features[f"{VIDEO}{view.suffix}"] = picture("video", camera.height, camera.width, 3)
        return features

    def _store(self, episode: Episode) -> None:
        tasks = self.dialect.tasks(episode.labels)
        known = len(self._tasks)
        numbers = [self._tasks.setdefault(task.task, len(self._tasks)) for task in tasks]
        columns = {**episode.columns, **self._bookkeeping(episode, numbers[-1])}
        statistics = {name: of_numbers(values) for name, values in columns.items()}
        for view in episode.views:
            self._place_images(episode, view)
            if self.config.video.beside_images:
                statistics[f"{VIDEO}{view.suffix}"] = self._write_video(episode, view)
        data = self.root / self._path(DATA_PATH)
        data.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table(columns, self.features), data, compression=COMPRESSION)

        meta = self.root / "meta"
        fresh = {number: task for number, task in zip(numbers, tasks, strict=True) if number >= known}
        for number, task in sorted(fresh.items()):
            append_line(meta / "tasks.jsonl", {"task_index": number, "task": task.task, **task.details})
        told = list(dict.fromkeys(task.task for task in tasks))
        line = {"episode_index": self.episodes, "tasks": told, "length": episode.length}
        line |= {"trajectory": episode.trajectory, "cameras": [view.setting.name for view in episode.views]}
        append_line(meta / "episodes.jsonl", line)
        line = {
            "episode_index": self.episodes,
            "task_index": {"min": min(numbers), "max": max(numbers), "count": len(set(numbers))},
            "image_index": _range(self.frames, self.frames + episode.length - 1),
            "stats": as_json({name: statistics[name] for name in self.features}, quantiles=False),
        }
        append_line(meta / "episodes_stats.jsonl", line)
        self.tasks = len(self._tasks)

    def _place_images(self, episode: Episode, view: View) -> None:
        rgb, depth = (self.root / self._path(IMAGES, image_key=f"{kind}{view.suffix}") for kind in (RGB, DEPTH))
        for folder in (rgb, depth):
            folder.mkdir(parents=True, exist_ok=True)
        for frame in range(episode.length):
            name = self.dialect.frame_name(self.episodes, frame, episode.length)
            place_rgb(view, frame, rgb / f"{name}.jpg")
            place_depth(view, frame, self.dialect.depth_unit, depth / f"{name}.png")

    def _write_video(self, episode: Episode, view: View) -> Statistics:
        path = self.root / self._path(VIDEO_PATH, video_key=f"{VIDEO}{view.suffix}")
        camera, fps, config = view.setting.intrinsics, self.dialect.fps, self.config.video
        colour = episode.colour(view, fps, config)
        with VideoFile(path, camera.width, camera.height, fps, config) as video:
            video.add(colour.frames)
        return colour.statistics

    def _path(self, template: str, **keys: str) -> Path:
        chunk = self.episodes // self.config.chunk_size
        return Path(template.format(episode_chunk=chunk, episode_index=self.episodes, **keys))

    def _close(self) -> None:
        """Every file is closed when its episode is written."""

    def _complete(self) -> Mapping[str, Any]:
        videos = sum(feature.dtype == "video" for feature in self.features.values())
        return {
            "total_videos": self.episodes * videos,
            "total_chunks": -(-self.episodes // self.config.chunk_size),
            "data_path": DATA_PATH,
            "video_path": VIDEO_PATH,
        }


def _range(first: int, last: int) -> dict[str, int]:
    """Return the inclusive range by which NavDP's loader cuts the sorted images of a scene."""
    return {"min": first, "max": last, "count": last - first + 1}
