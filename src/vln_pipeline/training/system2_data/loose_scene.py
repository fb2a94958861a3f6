"""Datasets of vln_ce with loose images: ours of v2.1, and the layout of InternData-N1.

A folder without ``meta/dialect.json`` is taken for the latter: a scene by its folder's name, loose images with bare
frame numbers. Known traps: a length in ``episodes.jsonl`` may be wrong, so only the rows of the tables count; columns
of a camera setting may be missing; names of views are put together by setting, never by replacing parts of a path.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vln_pipeline.errors import DataError
from vln_pipeline.export import writer_v21
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_ce import ADVICE, SEPARATOR, VlnCe
from vln_pipeline.export.writer import INFO
from vln_pipeline.regular_file import regular
from vln_pipeline.rendering.camera import CameraSetting
from vln_pipeline.training.navdp_data.columns import read_columns
from vln_pipeline.training.navdp_data.frame_sources import Numbered, numbered
from vln_pipeline.training.system2_data.config import RecordingConfig
from vln_pipeline.training.system2_data.episode import Episode, columns, episode
from vln_pipeline.training.system2_data.scene_folder import camera_of, reading

_EPISODES = "meta/episodes.jsonl"
_CHUNK = 1000
"""Episodes of a folder where ``info.json`` does not tell."""
_END = b"\xff\xd9"
"""What a whole JPEG ends with."""


class LooseScene:
    """Tables of one episode each, and loose images (v2.1).

    Args:
        folder: of the dataset.
        dataset: what it says of itself, where it is ours.

    Raises:
        DataError: its list of episodes is missing or broken.
    """

    def __init__(self, folder: Path, dataset: ExportedDataset | None) -> None:
        self._folder, self._dataset = folder, dataset
        self.scene = folder.name if dataset is None else dataset.scene
        self._files: dict[Path, Mapping[int, Numbered] | None] = {}
        with reading(self.scene):
            told = folder / INFO
            self._chunk = (int(json.loads(told.read_text())["chunks_size"]) if told.is_file() else 0) or _CHUNK
            # Instructions may hold U+0085 or U+2028, which Python's splitlines takes for ends of lines.
            text = regular(folder / _EPISODES).read_text(encoding="utf-8")
            lines = (json.loads(line) for line in text.split("\n") if line.strip())
            # The first task holds all wordings; further ones are not read.
            self._wordings = {int(line["episode_index"]): str(line["tasks"][0]).split(SEPARATOR) for line in lines}

    def numbers(self) -> Iterator[int]:
        """Yield its episodes."""
        return iter(sorted(self._wordings))

    def episode(self, number: int, recording: RecordingConfig, *, goals: bool = True) -> Episode:
        """Return a walk."""
        name = f"{self.scene}/episode_{number:06d}"
        path = self._folder / self._path(writer_v21.DATA_PATH, number)
        table = read_columns(path, columns(recording, goals=goals), name, also=(ADVICE,))
        settings = (recording.setting, recording.look_down_setting) if goals else (recording.setting,)
        for setting in dict.fromkeys(settings):
            self._check_images(name, number, setting, len(table))
        first = self._image(number, settings[-1], 0)
        try:
            with Image.open(regular(first)) as image:
                size = image.size
        except OSError as error:
            which = "look-down image" if goals else "image"
            raise DataError(name, f"its first {which} is unreadable ({type(error).__name__})") from error
        return episode(number, name, self._wordings[number], table, recording, size, goals=goals)

    def view(self, number: int, setting: str, frame: int) -> NDArray[np.uint8]:
        """Return the (h, w, 3) uint8 sRGB image of a frame."""
        path = self._image(number, setting, frame)
        try:
            data = regular(path).read_bytes()
        except OSError as error:
            raise DataError(str(path), f"image missing or unreadable ({type(error).__name__})") from error
        # OpenCV fills up what a truncated file lacks with grey and says nothing.
        whole = data.rstrip(b"\0").endswith(_END)
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) if whole else None
        if image is None:
            raise DataError(str(path), "image is damaged" if whole else "image is truncated")
        return np.asarray(image, dtype=np.uint8)

    def camera(self, setting: str) -> CameraSetting | None:
        """Return a camera."""
        return None if self._dataset is None else camera_of(self._dataset, setting)

    def _check_images(self, name: str, number: int, setting: str, count: int) -> None:
        """Raise DataError where an episode's images are not there under the names of this layout."""
        folder = self._image(number, setting, 0).parent
        if folder not in self._files:
            self._files[folder] = numbered(folder) if folder.is_dir() else None
        episodes = self._files[folder]
        if episodes is None:
            raise DataError(name, f"there are no images of {setting}")
        found = episodes.get(number)
        if found is None or found.path(0) != str(self._image(number, setting, 0)):
            raise DataError(name, f"its images of {setting} are not numbered 0, 1, 2 and so on, or some are missing")
        if found.count != count:
            raise DataError(name, f"it has {count} rows and {found.count} images of {setting}")

    def _image(self, number: int, setting: str, frame: int) -> Path:
        folder = self._path(writer_v21.IMAGES, number, image_key=f"{writer_v21.RGB}.{setting}")
        return self._folder / folder / f"{VlnCe.frame_name(number, frame, 0)}.jpg"

    def _path(self, template: str, number: int, **keys: str) -> str:
        return template.format(episode_chunk=number // self._chunk, episode_index=number, **keys)
