"""A file of Gaussians, whatever its format, with what cannot be used left out."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.scenes.splat import compressed_ply, splat_file, spz_file, standard_ply
from vln_pipeline.scenes.splat.decoding import Decoded
from vln_pipeline.scenes.splat.ply_header import PlyHeader, read_header

SUFFIXES = (".ply", ".splat", ".spz")
FOREIGN = (".sog", ".ksplat", ".lcc")
"""Formats that splat-transform converts."""
OPAQUE = 0.4
"""Opacity from which a Gaussian stands for a surface."""
_LEAST_OPAQUE = 1000
_BROKEN = 0.01
"""Share of Gaussians with values that are not finite from which a file is refused rather than mended."""


def holds_gaussians(header: PlyHeader) -> bool:
    """Return whether a PLY file is a splat rather than a mesh or a point cloud."""
    vertex = header.element("vertex")
    return vertex is not None and bool(vertex.names & {"packed_position", "f_dc_0", "scale_0"})


def read(file: Path, max_gaussians: int, max_file_size: float) -> Decoded:
    """Return the Gaussians of a file that can be used.

    Args:
        file: the file.
        max_gaussians: a larger one is refused.
        max_file_size: GiB.

    Raises:
        DataError: it is damaged, too large, or holds no scene.
    """
    try:
        size = regular(file).stat().st_size
        if size > max_file_size * 2**30:
            raise DataError(file.name, f"{size / 2**30:.1f} GiB", "raise scenes.splat.max_file_size")
        decoded = _decoder(file, size, max_gaussians)()
    except DataError:
        raise
    except Exception as error:
        # A file that others wrote meets what nobody foresaw; whatever it is, it concerns this one file.
        cause = f"cannot be read as {file.suffix[1:]} ({type(error).__name__}: {str(error)[:120]})"
        raise DataError(file.name, cause, "export or download it again") from error
    count = len(decoded.splat.means)
    if count > max_gaussians:
        raise _too_many(file, count)
    return _usable(decoded, file.name)


def _decoder(file: Path, size: int, most: int) -> Callable[[], Decoded]:
    """Return what reads the file, after its claims were compared with the bounds."""
    suffix = file.suffix.lower()
    if suffix == ".splat":
        if size > most * splat_file.ROW.itemsize:
            raise _too_many(file, size // splat_file.ROW.itemsize)
        return lambda: splat_file.decode(file)
    if suffix != ".ply":
        return lambda: spz_file.decode(file, most)
    header = read_header(file)
    vertex = header.element("vertex")
    if vertex is not None and vertex.count > most:
        raise _too_many(file, vertex.count)
    packed = vertex is not None and "packed_position" in vertex.names
    return lambda: (compressed_ply if packed else standard_ply).decode(header)


def _usable(decoded: Decoded, file: str) -> Decoded:
    splat = decoded.splat
    finite = np.isfinite(splat.means).all(axis=1) & np.isfinite(splat.quats).all(axis=1)
    finite &= np.isfinite(splat.scales).all(axis=1) & np.isfinite(splat.opacities)
    finite &= np.isfinite(splat.sh).all(axis=(1, 2)) & (splat.scales >= 0).all(axis=1)
    finite &= (np.abs(splat.means) < 1e9).all(axis=1) & (splat.scales < 1e9).all(axis=1)
    broken = int((~finite).sum())
    if broken > _BROKEN * len(finite):
        cause = f"{broken} of {len(finite)} Gaussians are not finite"
        raise DataError(file, cause, "clean it with splat-transform --filter-nan, or train it again")
    notes = (*decoded.notes, f"{broken} Gaussians dropped: not finite") if broken else decoded.notes
    kept = splat.of(finite) if broken else splat
    opaque = int((kept.opacities > OPAQUE).sum())
    if opaque < _LEAST_OPAQUE:
        cause = f"{opaque} opaque Gaussians of {len(finite)} are no building"
        raise DataError(file, cause, "give the trained model, not its first points")
    return Decoded(kept, notes)


def _too_many(file: Path, count: int) -> DataError:
    return DataError(file.name, f"{count} Gaussians", "thin it out, or raise scenes.splat.max_gaussians")
