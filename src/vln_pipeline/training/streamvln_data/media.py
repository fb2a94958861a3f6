"""Videos, scans and pictures of co-training, read as few frames."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vln_pipeline.errors import DataError

_MEND = "copy the media anew, or name their folder in data.media"
_PICTURES = (".jpg", ".jpeg", ".png", ".webp")
_FOLDER_RATE = 2.0
"""Frames a second of a video that lies in loose images, as upstream takes it."""
_SCAN_STEP = 10
"""Posed images of a scan from one to the next that may be shown."""
Square = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
"""Makes (S, S, 3) of an image, see ``Processor.square``."""


@dataclass(frozen=True, eq=False)
class Clip:
    """Frames of a video.

    Attributes:
        images: (n, S, S, 3) uint8.
        times: (n,) seconds from its start.
        seconds: length of the video.
    """

    images: NDArray[np.uint8]
    times: NDArray[np.float64]
    seconds: float


def within(folder: Path, *parts: str) -> Path:
    """Return a path below a folder.

    Raises:
        DataError: it leads out of the folder.
    """
    path = Path(os.path.normpath(folder.joinpath(*parts)))
    if not path.is_relative_to(os.path.normpath(folder)):
        raise DataError("/".join(parts), "leads out of its folder", "give paths within it")
    return path


def read_picture(path: Path) -> NDArray[np.uint8]:
    """Return an image as (h, w, 3) uint8 sRGB.

    Raises:
        DataError: it is missing or broken.
    """
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert("RGB"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(str(path), f"picture missing or unreadable ({type(error).__name__})", _MEND) from error


def read_clip(path: Path, count: int, square: Square) -> Clip:
    """Return frames of a video, evenly spread from its first to its last one.

    Args:
        path: a video, or a folder of its frames in order of their names.
        count: frames.
        square: makes a frame as the model takes it.

    Raises:
        DataError: it is missing or broken.
    """
    if path.is_dir():
        files = _files(path)
        chosen = _spread(len(files), count)
        images = np.stack([square(read_picture(files[place])) for place in chosen])
        return Clip(images, np.array(chosen) / _FOLDER_RATE, len(files) / _FOLDER_RATE)
    try:
        total, rate = _length(path)
        chosen = _spread(total, count)
        found = dict(_decoded(path, set(chosen), square))
    except (OSError, av.FFmpegError, IndexError, ValueError, ZeroDivisionError) as error:
        raise DataError(str(path), f"video missing or unreadable ({type(error).__name__})", _MEND) from error
    if len(found) < len(set(chosen)):
        raise DataError(str(path), f"video is truncated: frame {max(chosen)} cannot be decoded", _MEND)
    return Clip(np.stack([found[place] for place in chosen]), np.array(chosen) / rate, total / rate)


def read_scan(folder: Path, count: int, square: Square) -> NDArray[np.uint8]:
    """Return (count, S, S, 3) posed images of a scan: of every tenth, evenly spaced ones, repeated where there are few.

    Raises:
        DataError: there is none, or one is broken.
    """
    files = _files(folder)[::_SCAN_STEP]
    step = max(1, len(files) // count)
    return np.stack([square(read_picture(files[place * step % len(files)])) for place in range(count)])


def _files(folder: Path) -> Sequence[Path]:
    files = sorted(path for path in folder.glob("*") if path.suffix.lower() in _PICTURES) if folder.is_dir() else []
    if not files:
        raise DataError(str(folder), "holds no pictures, or there is no such folder", _MEND)
    return files


def _spread(total: int, count: int) -> list[int]:
    return [int(place) for place in np.linspace(0, total - 1, count).astype(int)]


def _length(path: Path) -> tuple[int, float]:
    """Return frames, and frames a second, of a video; they are counted where it does not tell."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        total = stream.frames or sum(1 for _ in container.decode(stream))
        rate = float(stream.average_rate or 0)
    if total < 1 or rate <= 0:
        raise ValueError(path)
    return total, rate


def _decoded(path: Path, chosen: set[int], square: Square) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    with av.open(str(path)) as container:
        frames: Any = container.decode(container.streams.video[0])
        for number, frame in enumerate(frames):
            if number in chosen:
                yield number, square(frame.to_ndarray(format="rgb24"))
            if number >= max(chosen):
                return
