"""Frames at the network's size, decoded once and kept in one file a scene.

::

    <cache>/<key>/frames.bin     per frame the part of the letterboxed images that is not padding: RGB, 16-bit depth
    <cache>/<key>/readable.npy   (frames,) bool, false where an image could not be read

Frames are read by position and never mapped, so that memory does not grow with the part of a file that was seen.
"""

import os
from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.letterbox import letterbox_mask
from vln_pipeline.training.navdp_data.frame_reader import boxed_depth, boxed_rgb, to_metres
from vln_pipeline.training.navdp_data.walk import Walk

_FRAMES, _READABLE = "frames.bin", "readable.npy"
_RGB, _DEPTH = 3, 2
_OPEN_FILES = 64


def write_pack(walks: Sequence[Walk], size: int, folder: Path) -> None:
    """Decode the frames of one scene's walks into a folder; unreadable ones are noted as such.

    Args:
        walks: of one scene, in order.
        size: S, edge of the square, pixels.
        folder: to be made.
    """
    folder.mkdir()
    readable = np.ones(sum(map(len, walks)), dtype=bool)
    number = 0
    with (folder / _FRAMES).open("wb") as file:
        for walk in walks:
            rows, columns = content(walk, size)
            for frame in range(len(walk)):
                try:
                    rgb, depth = boxed_rgb(walk, frame, size), boxed_depth(walk, frame, size)
                except DataError:
                    readable[number] = False
                    rgb, depth = np.zeros((size, size, 3), dtype=np.uint8), np.zeros((size, size), dtype=np.uint16)
                file.write(rgb[rows, columns].tobytes())
                file.write(depth[rows, columns].astype("<u2").tobytes())
                number += 1
    np.save(folder / _READABLE, readable, allow_pickle=False)


class PackedFrames:
    """Reads packed frames.

    Args:
        walks: of the index.
        size: S, edge of the square, pixels.
        packs: folder by scene number.
    """

    def __init__(self, walks: Sequence[Walk], size: int, packs: Sequence[Path]) -> None:
        self._walks, self._size, self._packs = walks, size, packs
        self._readable = [np.load(pack / _READABLE, allow_pickle=False) for pack in packs]
        self._start = np.zeros((len(walks), 2), dtype=np.int64)
        ends = np.zeros((len(packs), 2), dtype=np.int64)
        for number, walk in enumerate(walks):
            self._start[number] = ends[walk.scene]
            ends[walk.scene] += len(walk), len(walk) * _area(walk, size) * (_RGB + _DEPTH)
        self._files: OrderedDict[int, int] = OrderedDict()

    def rgb(self, walk: int, frame: int) -> NDArray[np.uint8]:
        """Return (S, S, 3) uint8 sRGB."""
        rows, columns = content(self._walks[walk], self._size)
        square = np.zeros((self._size, self._size, 3), dtype=np.uint8)
        part = square[rows, columns]
        part[:] = np.frombuffer(self._read(walk, frame, 0, _RGB), dtype=np.uint8).reshape(part.shape)
        return square

    def depth(self, walk: int, frame: int) -> NDArray[np.float32]:
        """Return (S, S) float32 metres."""
        rows, columns = content(self._walks[walk], self._size)
        square = np.zeros((self._size, self._size), dtype=np.float32)
        part = square[rows, columns]
        part[:] = to_metres(np.frombuffer(self._read(walk, frame, _RGB, _DEPTH), dtype="<u2").reshape(part.shape))
        return square

    def _read(self, walk: int, frame: int, before: int, size: int) -> bytes:
        scene, area = self._walks[walk].scene, _area(self._walks[walk], self._size)
        first, start = self._start[walk]
        if not self._readable[scene][first + frame]:
            raise DataError(f"{self._walks[walk].name}, frame {frame}", "could not be read when frames were packed")
        offset = int(start) + (frame * (_RGB + _DEPTH) + before) * area
        found = os.pread(self._file(scene), size * area, offset)
        if len(found) != size * area:
            raise DataError(
                str(self._packs[scene]), "packed frames end too early", "run the same command again, it packs them anew"
            )
        return found

    def _file(self, scene: int) -> int:
        if scene not in self._files:
            self._files[scene] = os.open(self._packs[scene] / _FRAMES, os.O_RDONLY)
            if len(self._files) > _OPEN_FILES:
                os.close(self._files.popitem(last=False)[1])
        self._files.move_to_end(scene)
        return self._files[scene]

    def __getstate__(self) -> dict[str, object]:
        return self.__dict__ | {"_files": OrderedDict()}

    def __del__(self) -> None:
        for file in self.__dict__.get("_files", {}).values():
            os.close(file)


def content(walk: Walk, size: int) -> tuple[slice, slice]:
    """Return the rows and columns of a walk's letterboxed images that can be other than black."""
    return _content(walk.intrinsics.height, walk.intrinsics.width, size)


@lru_cache(maxsize=256)
def _content(height: int, width: int, size: int) -> tuple[slice, slice]:
    filled = letterbox_mask(np.full((height, width), 255, dtype=np.uint8), size) > 0
    # Where the square is stretched by a pixel, interpolation reaches one pixel into the padding.
    rows, columns = (np.flatnonzero(filled.any(axis=axis)) for axis in (1, 0))
    return _grown(rows, size), _grown(columns, size)


def _grown(filled: NDArray[np.int64], size: int) -> slice:
    return slice(max(0, int(filled[0]) - 1), min(size, int(filled[-1]) + 2))


def _area(walk: Walk, size: int) -> int:
    rows, columns = content(walk, size)
    return (rows.stop - rows.start) * (columns.stop - columns.start)
