"""Point clouds: LAS and LAZ files by laspy, PLY files of points."""

import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.splat.ply_header import read_header

SUFFIXES = (".las", ".laz", ".ply")
_BROKEN = 0.01
_RECORD, _EXTENDED_RECORD = 54, 60
"""Bytes of the head of a variable length record, and of an extended one (LAS 1.4, tables 7 and 24)."""
_HEAD_1_4 = 375
"""Bytes of a public header block of LAS 1.4, which alone tells of extended records."""


def read_cloud(file: Path, most: int) -> NDArray[np.float64]:
    """Return the (N, 3) points of a file, in its own frame; those that are not finite are left out.

    Raises:
        DataError: it is damaged, holds more than ``most`` points, or needs a package that is not installed.
    """
    points = _ply(file, most) if file.suffix.lower() == ".ply" else _las(regular(file), most)
    finite = np.isfinite(points).all(axis=1)
    if finite.sum() < max(1, (1 - _BROKEN) * len(points)):
        raise DataError(file.name, f"{int((~finite).sum())} of {len(points)} points are not finite", "export it again")
    return points[finite]


def _ply(file: Path, most: int) -> NDArray[np.float64]:
    header = read_header(file)
    vertex = header.element("vertex")
    if vertex is None or not vertex.names.issuperset("xyz"):
        raise DataError(file.name, "holds no points x, y, z", "export it again")
    if vertex.count > most:
        raise _too_many(file, vertex.count)
    rows = header.rows("vertex")
    return np.stack([rows[axis].astype(np.float64) for axis in "xyz"], axis=1)


def _las(file: Path, most: int) -> NDArray[np.float64]:
    packed = file.suffix.lower() == ".laz"
    for package in ("laspy", "lazrs") if packed else ("laspy",):
        if find_spec(package) is None:
            mend = f"pip install {'laspy lazrs' if packed else 'laspy'}, or save the cloud as binary .ply"
            raise DataError(file.name, f"{file.suffix} needs {package}", mend)
    import laspy

    _require_room_for_records(file)
    try:
        with laspy.open(file) as reader:
            header = reader.header
            if header.point_count > most:
                raise _too_many(file, header.point_count)
            claimed = header.point_count * header.point_format.size
            if not packed and file.stat().st_size < header.offset_to_point_data + claimed:
                raise DataError(file.name, f"cut off: claims {header.point_count} points", "export it again")
            return np.asarray(reader.read().xyz, dtype=np.float64)
    except DataError:
        raise
    except Exception as error:
        cause = f"cannot be read ({type(error).__name__}: {str(error)[:120]})"
        raise DataError(file.name, cause, "export it again") from error


def _require_room_for_records(file: Path) -> None:
    """Refuse a header that claims more records than the file has bytes for: laspy would make millions of empty ones."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        head = stream.read(_HEAD_1_4)
    if head[:4] != b"LASF" or len(head) < 104:
        raise DataError(file.name, "is no LAS file, or cut off in its header", "export it again")
    head_size, points_at, records = struct.unpack_from("<HII", head, 94)
    claimed = head_size + records * _RECORD
    extended = 0
    if len(head) == _HEAD_1_4 and head_size >= _HEAD_1_4:
        extended_at, count = struct.unpack_from("<QI", head, 235)
        extended = extended_at + count * _EXTENDED_RECORD if count else 0
    if claimed > points_at or points_at > size or extended > size:
        raise DataError(file.name, "its header claims records that the file has no room for", "export it again")


def _too_many(file: Path, count: int) -> DataError:
    return DataError(file.name, f"{count} points", "thin the cloud out, or raise scenes.splat.max_gaussians")
