"""Gaussians in PlayCanvas's compressed PLY layout (playcanvas/splat-transform, ``decompress-ply.ts``).

Rows of 256 share a chunk that holds the least and greatest position, logarithm of scale, and colour.
"""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.decoding import SH_C0, Decoded, unit_quats
from vln_pipeline.scenes.splat.ply_header import PlyHeader

_CHUNK = 256
_PACKED = ("packed_position", "packed_rotation", "packed_scale", "packed_color")
_BANDS = {9: 3, 24: 8, 45: 15}
"""Coefficients a channel besides the first, by the number of columns of ``sh``."""


def decode(header: PlyHeader) -> Decoded:
    """Return the Gaussians of a file whose vertices have ``packed_position``.

    Positions and scales have 11, 10 and 11 bits, rotations three of their components with 10 bits each (the largest is
    left out), colours 8 bits and an opacity that is no logit.

    Raises:
        DataError: columns, chunks or coefficients are missing.
    """
    file = header.file.name
    vertex, chunk = header.element("vertex"), header.element("chunk")
    bounds = [f"{side}_{axis}" for side in ("min", "max") for axis in ("x", "y", "z", "scale_x", "scale_y", "scale_z")]
    if vertex is None or not vertex.names.issuperset(_PACKED) or chunk is None or not chunk.names.issuperset(bounds):
        raise DataError(file, "lacks columns of a compressed splat", "export it again")
    if chunk.count != -(-vertex.count // _CHUNK):
        cause = f"has {chunk.count} chunks for {vertex.count} Gaussians"
        raise DataError(file, cause, "download it again")
    rows, chunks = header.rows("vertex"), header.rows("chunk")
    index = np.arange(len(rows)) // _CHUNK

    def spread(shares: NDArray[np.float32], names: tuple[str, ...]) -> NDArray[np.float32]:
        low, high = (np.stack([chunks[f"{side}_{n}"] for n in names], axis=1)[index] for side in ("min", "max"))
        with np.errstate(invalid="ignore", over="ignore"):
            return (low + shares * (high - low)).astype(np.float32)

    color = _bits(rows["packed_color"], (24, 16, 8, 0), 8)
    rgb = color[:, :3]
    if "min_r" in chunk.names:
        rgb = spread(rgb, ("r", "g", "b"))
    with np.errstate(over="ignore"):
        scales = np.exp(spread(_thirds(rows["packed_scale"]), ("scale_x", "scale_y", "scale_z")))
    sh = (rgb[:, None] - np.float32(0.5)) / SH_C0
    splat = Splat(
        means=spread(_thirds(rows["packed_position"]), ("x", "y", "z")),
        quats=_rotation(rows["packed_rotation"]),
        scales=scales,
        opacities=color[:, 3],
        sh=np.concatenate([sh, _others(header, len(rows))], axis=1).astype(np.float16),
    )
    return Decoded(splat)


def _bits(packed: NDArray, shifts: tuple[int, ...], bits: int) -> NDArray[np.float32]:
    """Return (N, len(shifts)) shares in [0, 1] of fields of ``bits`` bits."""
    most = (1 << bits) - 1
    fields = [(packed.astype(np.uint32) >> np.uint32(shift)) & np.uint32(most) for shift in shifts]
    return (np.stack(fields, axis=1) / np.float32(most)).astype(np.float32)


def _thirds(packed: NDArray) -> NDArray[np.float32]:
    return np.concatenate([_bits(packed, (21,), 11), _bits(packed, (11,), 10), _bits(packed, (0,), 11)], axis=1)


def _rotation(packed: NDArray) -> NDArray[np.float32]:
    others = (_bits(packed, (20, 10, 0), 10) - np.float32(0.5)) * np.float32(np.sqrt(2))
    largest = (packed.astype(np.uint32) >> np.uint32(30)).astype(np.int64)
    left_out = np.sqrt(np.maximum(0, 1 - (others**2).sum(axis=1)))
    quats = np.empty((len(packed), 4), dtype=np.float32)
    for axis in range(4):
        of = largest == axis
        quats[np.ix_(of, [a for a in range(4) if a != axis])] = others[of]
        quats[of, axis] = left_out[of]
    return unit_quats(quats)


def _others(header: PlyHeader, count: int) -> NDArray[np.float32]:
    """Return (N, K, 3) coefficients besides the first; a byte n is ((n + 0.5) / 256 - 0.5) 8, its ends exact."""
    element = header.element("sh")
    if element is None:
        return np.zeros((count, 0, 3), np.float32)
    names = [f"f_rest_{i}" for i in range(len(element.properties))]
    if len(names) not in _BANDS or not element.names.issuperset(names) or element.count != count:
        raise DataError(header.file.name, "has coefficients for other Gaussians than it holds", "download it again")
    rows = header.rows("sh")
    table = (np.arange(256, dtype=np.float32) + np.float32(0.5)) / np.float32(256)
    table[0], table[255] = 0, 1
    table = (table - np.float32(0.5)) * np.float32(8)
    coefficients = np.stack([table[rows[name].astype(np.uint8)] for name in names], axis=1)
    return coefficients.reshape(count, 3, -1).transpose(0, 2, 1)
