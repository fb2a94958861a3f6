"""Datasets of vln_ce in files of many episodes each (v3.0)."""

from collections.abc import Iterator

import numpy as np
from av import FFmpegError
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_ce import ADVICE
from vln_pipeline.rendering.camera import CameraSetting
from vln_pipeline.training.system2_data.config import RecordingConfig
from vln_pipeline.training.system2_data.episode import Episode, columns, episode
from vln_pipeline.training.system2_data.scene_folder import camera_of, reading


class StoredScene:
    """A dataset of v3.0, only as this project writes them.

    Args:
        dataset: the dataset.
    """

    def __init__(self, dataset: ExportedDataset) -> None:
        self._dataset = dataset
        self.scene = dataset.scene

    def numbers(self) -> Iterator[int]:
        """Yield its episodes."""
        with reading(self.scene):
            return iter(range(len(self._dataset)))

    def episode(self, number: int, recording: RecordingConfig, *, goals: bool = True) -> Episode:
        """Return a walk."""
        with reading(self.scene):
            name = f"{self._dataset.scene_of(number)}/episode_{number:06d}"
            row = self._dataset.episodes[number]
            settings = (recording.setting, recording.look_down_setting) if goals else (recording.setting,)
            missing = set(settings) - set(row["cameras"])
            if missing:
                raise DataError(name, f"there are no images of {min(missing)}")
            advised = [ADVICE] if ADVICE in self._dataset.info["features"] else []
            table = self._dataset.dialect_table(number, [*columns(recording, goals=goals), *advised])
            lens = self._dataset.cameras[settings[-1]].intrinsics
            return episode(number, name, row["tasks"], table, recording, (lens.width, lens.height), goals=goals)

    def view(self, number: int, setting: str, frame: int) -> NDArray[np.uint8]:
        """Return the (h, w, 3) uint8 sRGB image of a frame."""
        try:
            return self._dataset.rgb(number, f".{setting}", frame)
        except (FFmpegError, OSError) as error:
            subject = f"{self.scene}/episode_{number:06d}.{setting}, frame {frame}"
            raise DataError(subject, f"video missing or unreadable ({type(error).__name__})") from error

    def camera(self, setting: str) -> CameraSetting | None:
        """Return a camera."""
        return camera_of(self._dataset, setting)
