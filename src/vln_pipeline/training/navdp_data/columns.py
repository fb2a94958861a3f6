"""Where camera and body were, out of the tables of either dialect, whoever wrote them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.vln_n1 import camera_extrinsic
from vln_pipeline.regular_file import regular
from vln_pipeline.rendering.camera import OPENGL_FROM_OPENCV, CameraSetting, Intrinsics

_INTRINSIC, _EXTRINSIC, _POSE = "observation.camera_intrinsic", "observation.camera_extrinsic", "action"
CONTINUOUS = (_INTRINSIC, _EXTRINSIC, _POSE)
"""Columns that a walk of vln_n1 is read from."""


@dataclass(frozen=True)
class Filmed:
    """Where a camera was.

    Attributes:
        poses: (n, 4, 4) float64 camera-to-world, OpenGL axes, metres, world z up.
        extrinsic: (4, 4) float64 camera-to-body, body axes right, forward, up.
        intrinsics: the camera.
    """

    poses: NDArray[np.float64]
    extrinsic: NDArray[np.float64]
    intrinsics: Intrinsics


def continuous(table: pa.Table, size: tuple[int, int], subject: str) -> Filmed:
    """Return what the rows of a vln_n1 episode say.

    Args:
        table: with the columns ``CONTINUOUS``.
        size: width and height of its images, pixels.
        subject: name of the walk, for the error.

    Raises:
        DataError: a column does not hold what it should, or the intrinsics are those of images of another size.
    """
    k = matrices(table, _INTRINSIC, 3, 3, subject)[0]
    intrinsics = Intrinsics(*size, fx=k[0, 0], fy=k[1, 1], cx=k[0, 2], cy=k[1, 2])
    if not (0 < k[0, 2] < size[0] and 0 < k[1, 2] < size[1] and k[0, 0] > 0 and k[1, 1] > 0):
        raise DataError(subject, f"its camera intrinsics are not those of images of {size[0]}x{size[1]} pixels")
    return Filmed(matrices(table, _POSE, 4, 4, subject), matrices(table, _EXTRINSIC, 4, 4, subject)[0], intrinsics)


def discrete(table: pa.Table, camera: Camera, size: tuple[int, int], subject: str) -> Filmed:
    """Return what the rows of a vln_ce episode say of one camera.

    Args:
        table: with the column of ``pose_column``.
        camera: it was filmed with.
        size: width and height of its images, pixels.
        subject: name of the walk, for the error.

    Raises:
        DataError: a column does not hold what it should, or images have another size than the camera.
    """
    if size != (camera.intrinsics.width, camera.intrinsics.height):
        raise DataError(subject, f"images of {size[0]}x{size[1]} pixels are not of its camera's size")
    poses = matrices(table, pose_column(camera), 4, 4, subject) @ OPENGL_FROM_OPENCV
    setting = CameraSetting(camera.setting, camera.height, camera.pitch, camera.intrinsics)
    return Filmed(poses, camera_extrinsic(setting), camera.intrinsics)


def pose_column(camera: Camera) -> str:
    """Return the column of a camera's poses."""
    return f"pose{camera.suffix}"


def read_columns(path: Path, names: Sequence[str], subject: str, also: Sequence[str] = ()) -> pa.Table:
    """Return the named columns of a file, and others where it has them.

    Raises:
        DataError: the file is missing or broken, or lacks a column.
    """
    try:
        with pq.ParquetFile(regular(path)) as file:
            missing = [name for name in names if name not in file.schema_arrow.names]
            if missing:
                raise DataError(subject, f"its table has no column {', '.join(missing)}")
            found = [name for name in also if name in file.schema_arrow.names]
            return file.read(columns=[*names, *found], use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise DataError(subject, f"its table cannot be read ({type(error).__name__})") from error


def matrices(table: pa.Table, name: str, rows: int, columns: int, subject: str) -> NDArray[np.float64]:
    """Return (n, rows, columns) values of a column of matrices, nested row by row or flat.

    Raises:
        DataError: a row is not such a matrix, or there is no row.
    """
    values = table[name].combine_chunks()
    while isinstance(values, (pa.ListArray, pa.LargeListArray, pa.FixedSizeListArray)):
        values = values.flatten()
    if not len(table) or not pa.types.is_floating(values.type) or len(values) != len(table) * rows * columns:
        raise DataError(subject, f"column {name} does not hold a {rows}x{columns} matrix of floats in every row")
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.float64).reshape(-1, rows, columns)
