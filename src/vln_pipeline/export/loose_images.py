"""Loose image files of the v2.1 tree, which InternNav's loaders read instead of videos."""

import os
import shutil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.episode import View

_LARGEST = np.iinfo(np.uint16).max


def place_rgb(view: View, frame: int, target: Path) -> None:
    """Put the colour image of a frame at a path, with the bytes that rendering wrote."""
    link_or_copy(view.path("rgb", frame), target)


def place_depth(view: View, frame: int, unit: float, target: Path) -> None:
    """Put the depth image of a frame at a path, in units of ``unit`` metres; bytes are kept where the unit is."""
    if view.depth_unit == unit:
        link_or_copy(view.path("depth", frame), target)
    else:
        target.write_bytes(encoded_depth(rescaled(view.depth(frame), view.depth_unit, unit, _LARGEST)))


def rescaled(depth: NDArray[np.uint16], unit: float, target_unit: float, largest: int) -> NDArray[np.uint16]:
    """Return a depth image in another unit; what is beyond ``largest`` units has no reading and is 0."""
    units = depth if unit == target_unit else np.rint(depth * (unit / target_unit))
    return np.where(units <= largest, units, 0).astype(np.uint16)


def encoded_depth(depth: NDArray[np.uint16]) -> bytes:
    """Return a 16-bit PNG."""
    return cv2.imencode(".png", depth, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1].tobytes()


def link_or_copy(source: Path, target: Path) -> None:
    """Give a file a second name.

    Raises:
        DataError: there is no such file.
    """
    # A second name costs no space; across file systems, or where links are refused, the bytes are copied.
    try:
        os.link(source, target)
    except FileNotFoundError as error:
        raise DataError(str(source), "image missing or unreadable", "render this item again") from error
    except OSError:
        shutil.copyfile(source, target)
