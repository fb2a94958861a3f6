"""Reads exported datasets back to arrays, by what is on disk and not by what the writer meant."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export import writer_v21, writer_v30
from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.dataset_record import read_record
from vln_pipeline.export.episode_rows import EpisodeRows
from vln_pipeline.export.episode_table import EPISODES_PATH
from vln_pipeline.export.features import Feature
from vln_pipeline.export.masks import mask_name, read_names
from vln_pipeline.export.parquet import numbers
from vln_pipeline.export.policy_form import ACTION, RENAMED, STATE, dialect_values
from vln_pipeline.export.rolling_files import DATA_PATH, VIDEO_PATH
from vln_pipeline.export.unreadable import reading
from vln_pipeline.export.vln_ce import VlnCe
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.export.writer import INFO
from vln_pipeline.regular_file import regular

_FRAME_NAMES: Mapping[str, Callable[[int, int, int], str]] = {
    VlnN1.name: VlnN1.frame_name,
    VlnCe.name: VlnCe.frame_name,
}


class ExportedDataset:
    """One LeRobot dataset of either version and dialect; files are read when they are asked for.

    Args:
        root: folder of the dataset.

    Raises:
        DataError: the folder holds no dataset of this exporter.
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        self._rows = EpisodeRows()
        self.info, record = read_record(self.root)
        self.dialect, self.scenes, self.labellers = record.dialect, record.scenes, record.labellers
        self.scene = self.scenes[0].id if len(self.scenes) == 1 else f"{len(self.scenes)} scenes"
        self.depth_unit, self.sways = record.depth_unit, record.sways
        self.version, self.fps = str(self.info["codebase_version"]), int(self.info["fps"])
        self.cameras = record.known_cameras(self.root.name)
        if self.dialect not in _FRAME_NAMES or self.version not in ("v2.1", "v3.0"):
            raise DataError(self.root.name, f"dialect {self.dialect} in version {self.version} is not known")

    def __len__(self) -> int:
        return len(self.episodes)

    @property
    def is_v30(self) -> bool:
        """Whether files hold many episodes."""
        return self.version == "v3.0"

    @property
    def has_videos(self) -> bool:
        """Whether colour frames lie in videos; in v2.1 they may lie in loose images alone."""
        return any(feature["dtype"] == "video" for feature in self.info["features"].values())

    @cached_property
    def episodes(self) -> list[dict[str, Any]]:
        """Rows of the episode table, less the statistics of v3.0."""
        if not self.is_v30:
            return self.lines("meta/episodes.jsonl")
        path = self.root / EPISODES_PATH
        with reading(self.root, path):
            names = [name for name in pq.read_schema(regular(path)).names if not name.startswith("stats/")]
            return pq.read_table(path, columns=names).to_pylist()

    @cached_property
    def tasks(self) -> list[str]:
        """Instructions by task index."""
        if self.is_v30:
            path = self.root / "meta/tasks.parquet"
            with reading(self.root, path):
                return pq.read_table(regular(path))["__index_level_0__"].to_pylist()
        return [line["task"] for line in self.lines("meta/tasks.jsonl")]

    @cached_property
    def statistics(self) -> dict[str, Any]:
        """Pooled statistics by feature (v3.0)."""
        found: dict[str, Any] = json.loads(regular(self.root / "meta/stats.json").read_text(encoding="utf-8"))
        return found

    def lines(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a JSON lines file."""
        # Instructions may hold U+0085 or U+2028, which Python's splitlines takes for ends of lines.
        path = self.root / name
        with reading(self.root, path):
            text = regular(path).read_text(encoding="utf-8")
            return [json.loads(line) for line in text.split("\n") if line]

    def data_path(self, episode: int) -> Path:
        """Return the parquet file that an episode's rows are in."""
        if self.is_v30:
            row = self.episodes[episode]
            where = {key: row[f"data/{key}"] for key in ("chunk_index", "file_index")}
            return self.root / DATA_PATH.format(**where)
        return self._per_episode(writer_v21.DATA_PATH, episode)

    def table(self, episode: int, names: Sequence[str] | None = None) -> pa.Table:
        """Return an episode's rows: the named columns, or all of them, image bytes included."""
        path = self.data_path(episode)
        with reading(self.root, path):
            if self.is_v30:
                return self._rows.read(path, episode, names)
            return pq.read_table(regular(path), columns=names)

    def scene_of(self, episode: int) -> str:
        """Return the id of the scene that an episode was walked in."""
        return str(self.episodes[episode]["scene"]) if self.is_v30 else self.scene

    def route_of(self, tasks: Sequence[str]) -> str:
        """Return the instruction of the whole route among the tasks of a v2.1 episode of vln_n1: the last one."""
        try:
            told = json.loads(tasks[-1])
        except ValueError:
            return tasks[-1]
        return str(told["sum_instruction"]) if isinstance(told, dict) and "sum_instruction" in told else tasks[-1]

    def dialect_table(self, episode: int, names: Sequence[str]) -> pa.Table:
        """Return columns of numbers by their names in the dialect, whichever version holds them; matrices may be flat.

        Raises:
            KeyError: there is no such column.
        """
        if not self.is_v30:
            return self.table(episode, names)
        found = self.table(episode, [RENAMED[self.dialect].get(name, name) for name in names]).rename_columns(
            list(names)
        )
        if self.dialect == VlnCe.name and "action" in names:
            taken = dialect_values(self.dialect, "action", found["action"].to_numpy())
            found = found.set_column(names.index("action"), "action", pa.array(taken))
        return found

    def dialect_columns(self, episode: int) -> dict[str, NDArray[Any]]:
        """Return (N, ...) values of an episode by the dialect's own names and shapes, whichever version holds them."""
        if not self.is_v30:
            return self.columns(episode)
        names = {stored: name for name, stored in RENAMED[self.dialect].items()}
        return {
            (known := names.get(name, name)): dialect_values(self.dialect, known, values)
            for name, values in self.columns(episode).items()
            if name not in (ACTION, STATE)
        }

    def columns(self, episode: int) -> dict[str, NDArray[Any]]:
        """Return (N, ...) values of an episode's features of numbers."""
        features = {name: Feature.described(entry) for name, entry in self.info["features"].items()}
        kinds = {name: f for name, f in features.items() if not f.is_visual and not f.is_text}
        table = self.table(episode, list(kinds))
        return {name: numbers(table[name], kind) for name, kind in kinds.items()}

    def video_path(self, episode: int, suffix: str) -> Path:
        """Return the mp4 that a camera's frames of an episode are in."""
        if self.is_v30:
            key = f"{writer_v30.RGB}{suffix}"
            row = self.episodes[episode]
            where = {name: row[f"videos/{key}/{name}"] for name in ("chunk_index", "file_index")}
            return self.root / VIDEO_PATH.format(video_key=key, **where)
        return self._per_episode(writer_v21.VIDEO_PATH, episode, video_key=f"{writer_v21.VIDEO}{suffix}")

    def loose_path(self, episode: int, kind: str, suffix: str, frame: int) -> Path:
        """Return the loose image of a frame; ``kind`` is rgb or depth."""
        key, end = {"rgb": (writer_v21.RGB, "jpg"), "depth": (writer_v21.DEPTH, "png")}[kind]
        stem = _FRAME_NAMES[self.dialect](episode, frame, self.episodes[episode]["length"])
        chunk = episode // int(self.info["chunks_size"])
        return self.root / f"videos/chunk-{chunk:03d}/{key}{suffix}/{stem}.{end}"

    def rgb(self, episode: int, suffix: str, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB: the loose image in v2.1, the decoded video frame in v3.0."""
        if not self.is_v30:
            path = self.loose_path(episode, "rgb", suffix, frame)
            image = cv2.imread(str(path), cv2.IMREAD_COLOR) if path.is_file() else None
            if image is None:
                raise DataError(self._name(path), "image missing or unreadable", "export the scene again")
            return np.ascontiguousarray(image[..., ::-1])
        start = self.episodes[episode][f"videos/{writer_v30.RGB}{suffix}/from_timestamp"]
        return self.video_frame(episode, suffix, start + frame / self.fps)

    def video_frame(self, episode: int, suffix: str, seconds: float) -> NDArray[np.uint8]:
        """Return the (h, w, 3) frame that an episode's mp4 shows at a time, within a tenth of a frame."""
        path = self.video_path(episode, suffix)
        with reading(self.root, path), av.open(str(regular(path))) as container:
            stream = container.streams.video[0]
            if stream.time_base is not None:
                container.seek(int(seconds / stream.time_base), stream=stream, backward=True)
            for picture in container.decode(stream):
                if picture.time is not None and abs(picture.time - seconds) < 0.1 / self.fps:
                    return np.asarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8)
        raise DataError(self._name(path), f"no frame at {seconds:.3f} s", "export the scene again")

    def depth(self, episode: int, suffix: str, frame: int) -> NDArray[np.float32]:
        """Return (h, w) float32 metres along the optical axis; 0 where nothing was hit."""
        if self.is_v30:
            image = self._cell(episode, f"{writer_v30.DEPTH}{suffix}", frame)
            return self._metres(image, f"depth of episode {episode}, frame {frame}")
        path = self.loose_path(episode, "depth", suffix, frame)
        return self._metres(regular(path).read_bytes(), self._name(path))

    @property
    def mask_kinds(self) -> tuple[str, ...]:
        """Which masks the frames have: semantic, instance, both or none."""
        found = (name.split(".")[1] for name in self.info["features"] if name.startswith("mask."))
        return tuple(dict.fromkeys(found))

    def mask_names(self, episode: int, kind: str) -> dict[str, str]:
        """Return what the ids in an episode's masks of a kind mean."""
        return dict(self._mask_names.get(self.scene_of(episode), {}).get(kind, {}))

    @cached_property
    def _mask_names(self) -> dict[str, Any]:
        return read_names(self.root)

    def mask(self, episode: int, kind: str, suffix: str, frame: int) -> NDArray[np.uint16]:
        """Return (h, w) uint16 ids of v3.0 with masks; ``kind`` is semantic or instance.

        Raises:
            KeyError: the dataset has no such masks.
            DataError: the image is broken.
        """
        name = mask_name(kind, suffix)
        return self._units(self._cell(episode, name, frame), f"{name} of episode {episode}, frame {frame}")

    def cameras_of(self, episode: int) -> Iterator[Camera]:
        """Yield the cameras that filmed an episode."""
        return (self.cameras[name] for name in self.episodes[episode]["cameras"])

    def _cell(self, episode: int, name: str, frame: int) -> bytes:
        image: bytes = self.table(episode, [name])[name][frame]["bytes"].as_py()
        return image

    def _metres(self, image: bytes, name: str) -> NDArray[np.float32]:
        return self._units(image, name).astype(np.float32) * np.float32(self.depth_unit)

    @staticmethod
    def _units(image: bytes, name: str) -> NDArray[np.uint16]:
        raw = cv2.imdecode(np.frombuffer(image, dtype=np.uint8), cv2.IMREAD_UNCHANGED) if image else None
        if raw is None or raw.dtype != np.uint16 or raw.ndim != 2:
            raise DataError(name, "not a 16-bit image of one channel", "export the scene again")
        return np.asarray(raw, dtype=np.uint16)

    def _per_episode(self, template: str, episode: int, **keys: str) -> Path:
        chunk = episode // int(self.info["chunks_size"])
        return self.root / template.format(episode_chunk=chunk, episode_index=episode, **keys)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def read(directory: Path) -> tuple[ExportedDataset, ...]:
    """Return the datasets of one exported scene, in order of dialect and version.

    Raises:
        DataError: there is none.
    """
    roots = sorted(path.parents[1] for dialect in _FRAME_NAMES for path in Path(directory).glob(f"{dialect}/*/{INFO}"))
    if not roots:
        raise DataError(Path(directory).name, "holds no exported dataset", "export the scene again")
    return tuple(ExportedDataset(root) for root in roots)
