"""Frames to files, beside the rendering."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.frame import GeometryFrame

_LARGEST = np.iinfo(np.uint16).max


def quantise_depth(depth: NDArray[np.float32], unit: float) -> NDArray[np.uint16]:
    """Return depth in units of ``unit`` metres; what is beyond 65,535 units has no reading and is 0, as misses are."""
    units = np.rint(depth.astype(np.float64) / unit)
    return np.where(units <= _LARGEST, units, 0).astype(np.uint16)


class FrameWriter:
    """Encodes and writes frames in threads, a few frames behind the renderer.

    Use it as a context; leaving the context waits for all files and raises what a thread raised.

    Args:
        jpeg_quality: of the colour images.
        threads: encoding threads.
    """

    def __init__(self, jpeg_quality: int, threads: int) -> None:
        self._quality = [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]
        self._pool = ThreadPoolExecutor(threads)
        self._waiting: deque[Future[None]] = deque()
        self._most = 4 * threads  # memory must not grow when the disk is slower than the renderer

    def write(
        self, camera: Path, frame: int, rgb: NDArray[np.uint8], geometry: GeometryFrame, depth_unit: float
    ) -> None:
        """Queue one frame for the folder of its camera; blocks while too many are waiting."""
        while len(self._waiting) >= self._most:
            self._waiting.popleft().result()
        self._waiting.append(self._pool.submit(self._encode, camera, frame, rgb, geometry, depth_unit))

    def _encode(
        self, camera: Path, frame: int, rgb: NDArray[np.uint8], geometry: GeometryFrame, depth_unit: float
    ) -> None:
        name = f"{frame:04d}"
        _write(camera / "rgb" / f"{name}.jpg", rgb[..., ::-1], self._quality)
        level = [cv2.IMWRITE_PNG_COMPRESSION, 1]
        _write(camera / "depth" / f"{name}.png", quantise_depth(geometry.depth, depth_unit), level)
        _write(camera / "semantic" / f"{name}.png", geometry.semantic, level)
        _write(camera / "instance" / f"{name}.png", geometry.instance, level)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=error is not None)
        if error is None:
            for future in self._waiting:
                future.result()


def _write(path: Path, image: NDArray, options: list[int]) -> None:
    encoded, data = cv2.imencode(path.suffix, image, options)
    if not encoded:
        raise DataError(str(path), "image cannot be encoded")
    # imwrite reports a full disk as a bare False; writing the bytes ourselves raises the system's error.
    path.write_bytes(data.tobytes())
