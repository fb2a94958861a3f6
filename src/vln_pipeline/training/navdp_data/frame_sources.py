"""Frames as files: loose images named by episode and number, or the videos and tables of LeRobot v3.0."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pyarrow as pa
from av import FFmpegError
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from vln_pipeline.errors import DataError
from vln_pipeline.export.reader import ExportedDataset

_NAME = re.compile(r"(episode_(\d+)_)(\d+)(\.(?:jpe?g|png))")


@dataclass(frozen=True)
class Numbered:
    """Image files of one episode, numbered without a gap.

    Attributes:
        folder: they lie in.
        prefix: of their names.
        first: number of the first.
        digits: to which numbers are filled with zeros.
        end: extension.
        count: of files.
    """

    folder: Path
    prefix: str
    first: int
    digits: int
    end: str
    count: int

    def path(self, frame: int) -> str:
        """Return the file of a frame."""
        return os.path.join(self.folder, f"{self.prefix}{self.first + frame:0{self.digits}d}{self.end}")  # noqa: PTH118  (called for every frame of every sample)


@dataclass(frozen=True)
class LooseFrames:
    """One image file a frame and kind.

    Attributes:
        colour: JPEG or PNG files.
        range: 16-bit PNG files.
        unit: metres per unit of depth.
    """

    colour: Numbered
    range: Numbered
    unit: float

    def rgb(self, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB."""
        path = self.colour.path(frame)
        image = cv2.imread(path, cv2.IMREAD_COLOR_RGB)
        if image is None:
            raise DataError(path, "colour image missing or unreadable")
        return np.asarray(image, dtype=np.uint8)

    def depth(self, frame: int) -> NDArray[np.float32]:
        """Return (h, w) float32 metres."""
        path = self.range.path(frame)
        image = cv2.imread(path, cv2.IMREAD_UNCHANGED)
        if image is None or image.dtype != np.uint16 or image.ndim != 2:
            raise DataError(path, "depth missing, unreadable or not 16-bit of one channel")
        return image.astype(np.float32) * np.float32(self.unit)

    def size(self) -> tuple[int, int]:
        """Return width and height, pixels, by the header of the first image.

        Raises:
            DataError: it has none, or depth is of another size.
        """
        sizes = []
        for path in (self.colour.path(0), self.range.path(0)):
            try:
                with Image.open(path) as image:
                    sizes.append(image.size)
            except (OSError, UnidentifiedImageError) as error:
                raise DataError(path, f"first image missing or unreadable ({type(error).__name__})") from error
        if sizes[0] != sizes[1]:
            raise DataError(self.range.path(0), f"depth is {sizes[1]}, colour {sizes[0]} pixels")
        return sizes[0]


@dataclass(frozen=True)
class StoredFrames:
    """Frames of an episode in files that hold many episodes (v3.0)."""

    dataset: ExportedDataset
    episode: int
    suffix: str

    def rgb(self, frame: int) -> NDArray[np.uint8]:
        """Return (h, w, 3) uint8 sRGB."""
        try:
            return self.dataset.rgb(self.episode, self.suffix, frame)
        except (FFmpegError, OSError) as error:
            raise self._broken("colour", frame, error) from error

    def depth(self, frame: int) -> NDArray[np.float32]:
        """Return (h, w) float32 metres."""
        try:
            return self.dataset.depth(self.episode, self.suffix, frame)
        except (pa.ArrowException, LookupError, OSError) as error:
            raise self._broken("depth", frame, error) from error

    def _broken(self, kind: str, frame: int, error: Exception) -> DataError:
        subject = f"{self.dataset.scene}/episode_{self.episode:06d}{self.suffix}, frame {frame}"
        return DataError(subject, f"{kind} missing or unreadable ({type(error).__name__})")


def numbered(folder: Path) -> Mapping[int, Numbered]:
    """Return the image files of a folder by episode.

    Names are read, never listed and cut: a sorted listing goes wrong where numbers are not filled with zeros. Episodes
    with a gap in their numbers have a count of files that their rows do not have, and are missing here.
    """
    found: dict[int, list[re.Match[str]]] = {}
    for entry in os.scandir(folder):
        name = _NAME.fullmatch(entry.name)
        # A pipe or a device under the name of an image would block its reader.
        if name and entry.is_file():
            found.setdefault(int(name[2]), []).append(name)
    return {episode: files for episode, names in found.items() if (files := _without_gap(folder, names)) is not None}


def _without_gap(folder: Path, names: list[re.Match[str]]) -> Numbered | None:
    numbers = sorted(int(name[3]) for name in names)
    digits = min(len(name[3]) for name in names)
    files = Numbered(folder, names[0][1], numbers[0], digits, names[0][4], len(names))
    expected = {f"{files.prefix}{files.first + frame:0{digits}d}{files.end}" for frame in range(len(names))}
    return files if {name[0] for name in names} == expected else None
