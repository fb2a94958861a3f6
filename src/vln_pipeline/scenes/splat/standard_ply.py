"""Gaussians in the PLY layout of the reference implementation (Kerbl et al. 2023, graphdeco-inria)."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.decoding import SH_C0, Decoded, sigmoid, unit_quats
from vln_pipeline.scenes.splat.ply_header import PlyHeader

_COEFFICIENTS = {0: 1, 9: 4, 24: 9, 45: 16}
"""Coefficients a channel, by the number of columns ``f_rest``."""
_NEEDED = ("x", "y", "z", "opacity", "scale_0", "scale_1", "rot_0", "rot_1", "rot_2", "rot_3")
_ANTIALIASED = ("splatrendermode: mip", "antialiased 1")


def decode(header: PlyHeader) -> Decoded:
    """Return the Gaussians of a file; columns are found by their names, in whatever order they stand.

    Opacities are logits, scales logarithms, rotations w x y z of any length; ``f_rest`` holds all coefficients of red,
    then of green, then of blue. A file without ``scale_2`` holds flat discs (Huang et al. 2024). A file with red, green
    and blue in place of ``f_dc`` has colours that look the same from everywhere.

    Raises:
        DataError: a column is missing, or values are activated already.
    """
    vertex = header.element("vertex")
    names = vertex.names if vertex else frozenset()
    missing = [name for name in _NEEDED if name not in names]
    file = header.file.name
    if missing:
        cause = f"holds no Gaussians: {', '.join(missing)} are missing"
        raise DataError(file, cause, "give the splat itself; a point cloud belongs in scenes.splat.collision")
    rest = sorted((n for n in names if n.startswith("f_rest_")), key=lambda name: (len(name), name))
    if len(rest) not in _COEFFICIENTS or rest != [f"f_rest_{i}" for i in range(len(rest))]:
        raise DataError(file, f"has {len(rest)} columns f_rest, not 0, 9, 24 or 45", "export it again")
    rows, notes = header.rows("vertex"), []
    scales = _columns(rows, [n for n in ("scale_0", "scale_1", "scale_2") if n in names])
    opacity = rows["opacity"].astype(np.float32)
    _refuse_activated(file, scales, opacity)
    with np.errstate(over="ignore"):
        scales = np.exp(scales)
    if scales.shape[1] == 2:
        scales = np.column_stack([scales, np.zeros(len(scales), np.float32)])
        notes.append("discs: the file has two scales a Gaussian")
    if {"f_dc_0", "f_dc_1", "f_dc_2"} <= names:
        first = _columns(rows, ["f_dc_0", "f_dc_1", "f_dc_2"])[:, None]
        others = _columns(rows, rest).reshape(len(rows), 3, -1).transpose(0, 2, 1)
        sh = np.concatenate([first, others], axis=1)
    elif {"red", "green", "blue"} <= names:
        sh = (_columns(rows, ["red", "green", "blue"])[:, None] / np.float32(255) - np.float32(0.5)) / SH_C0
        notes.append("colours that do not depend on the direction: exported as red, green and blue")
    else:
        raise DataError(file, "has neither f_dc_0..2 nor red, green, blue", "export it with its colours")
    splat = Splat(
        means=_columns(rows, ["x", "y", "z"]),
        quats=unit_quats(_columns(rows, ["rot_0", "rot_1", "rot_2", "rot_3"])),
        scales=scales,
        opacities=sigmoid(opacity),
        sh=_half(sh),
        antialiased=any(comment.lower().startswith(_ANTIALIASED) for comment in header.comments),
    )
    return Decoded(splat, tuple(notes))


def _columns(rows: NDArray, names: list[str]) -> NDArray[np.float32]:
    found = np.empty((len(rows), len(names)), dtype=np.float32)
    for column, name in enumerate(names):
        found[:, column] = rows[name]
    return found


def _half(sh: NDArray[np.float32]) -> NDArray[np.float16]:
    largest = np.finfo(np.float16).max
    return np.clip(sh, -largest, largest).astype(np.float16)


def _refuse_activated(file: str, scales: NDArray[np.float32], opacity: NDArray[np.float32]) -> None:
    """Refuse a file that holds lengths and probabilities where logarithms and logits belong."""
    if not len(opacity):
        return
    if (scales >= 0).all() and np.median(scales) < 1:
        raise DataError(file, "has lengths in scale_0..2, not their logarithms", "export it with scales as trained")
    if ((opacity >= 0) & (opacity <= 1)).all() and opacity.min() < opacity.max():
        raise DataError(file, "has opacities from 0 to 1, not their logits", "export it with opacities as trained")
