"""Gaussians in Niantic's ``.spz`` layout, versions 1 to 3, which the library gsply unpacks."""

import struct
import zlib
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.decoding import Decoded, sigmoid, unit_quats

_GZIP = b"\x1f\x8b"
_HEADER = struct.Struct("<4sII")
_BYTES = 80
"""More than a Gaussian of degree 3 takes unpacked, bytes."""
_PIECE = 2**20


def decode(file: Path, most: int) -> Decoded:
    """Return the Gaussians of a file, in the frame that it is stored in.

    Raises:
        DataError: gsply is not installed, or the file is damaged, holds more than ``most`` Gaussians, or more bytes
            than they take.
    """
    if find_spec("gsply") is None:
        raise DataError(file.name, ".spz needs gsply", f"pip install 'vln-pipeline[splat]', or {converter(file)}")
    _refuse_unbounded(file, most)
    from gsply.spz import read_spz

    try:
        data = read_spz(file)
        means, opacities = np.asarray(data.means, np.float32), np.asarray(data.opacities, np.float32).reshape(-1)
        first = np.asarray(data.sh0, np.float32).reshape(len(means), 1, 3)
        others = np.zeros((len(means), 0, 3)) if data.shN is None else np.asarray(data.shN, np.float32)
        sh = np.concatenate([first, others.reshape(len(means), -1, 3)[:, :15]], axis=1)
        scales = np.exp(np.asarray(data.scales, np.float32))
        quats = unit_quats(np.asarray(data.quats, np.float32))
    except Exception as error:
        cause = f"cannot be unpacked ({type(error).__name__}: {str(error)[:120]})"
        raise DataError(file.name, cause, converter(file)) from error
    notes = ("the frame of .spz is commonly right, up, back; the same model as .ply is turned by half about x",)
    return Decoded(Splat(means, quats, scales, sigmoid(opacities), sh.astype(np.float16)), notes)


def converter(file: Path) -> str:
    """Return the command that makes a plain splat of a file."""
    return f"npx @playcanvas/splat-transform {file.name} {file.stem}.ply"


def _refuse_unbounded(file: Path, most: int) -> None:
    """Unpack piece by piece without keeping anything: gsply unpacks the whole, however large it gets."""
    with file.open("rb") as stream:
        piece = stream.read(_PIECE)
        if piece[:2] != _GZIP:
            raise DataError(file.name, "is no .spz file of versions 1 to 3", converter(file))
        unpacker, total, start = zlib.decompressobj(wbits=31), 0, b""
        while piece and not unpacker.eof:
            try:
                unpacked = unpacker.decompress(piece, _PIECE)
            except zlib.error as error:
                raise DataError(file.name, "is damaged: no gzip stream", "download it again") from error
            total += len(unpacked)
            start = (start + unpacked)[: _HEADER.size]
            if len(start) == _HEADER.size and _HEADER.unpack(start)[2] > most:
                cause = f"{_HEADER.unpack(start)[2]} Gaussians"
                raise DataError(file.name, cause, "thin it out, or raise scenes.splat.max_gaussians")
            if total > _HEADER.size + 4 + most * _BYTES:
                raise DataError(file.name, "unpacks to more than its Gaussians take", "download it again")
            piece = unpacker.unconsumed_tail or stream.read(_PIECE)
