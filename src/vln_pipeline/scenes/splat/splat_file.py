"""Gaussians in the ``.splat`` layout of antimatter15/splat: 32 bytes each, no header."""

from pathlib import Path

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.decoding import SH_C0, Decoded, unit_quats

ROW = np.dtype([("position", "<f4", 3), ("scale", "<f4", 3), ("rgba", "u1", 4), ("rotation", "u1", 4)])
"""One Gaussian; scales are lengths, the rotation is w x y z in steps of 1/128 from 128."""


def decode(file: Path) -> Decoded:
    """Return the Gaussians of a file; their colours look the same from everywhere.

    Raises:
        DataError: its size is no multiple of 32 bytes.
    """
    size = file.stat().st_size
    if size % ROW.itemsize:
        raise DataError(file.name, f"cut off: {size} bytes are no multiple of {ROW.itemsize}", "download it again")
    rows = np.fromfile(file, ROW)
    rgba = rows["rgba"].astype(np.float32) / np.float32(255)
    splat = Splat(
        means=rows["position"].copy(),
        quats=unit_quats(rows["rotation"].astype(np.float32) / np.float32(128) - np.float32(1)),
        scales=rows["scale"].copy(),
        opacities=rgba[:, 3].copy(),
        sh=((rgba[:, None, :3] - np.float32(0.5)) / SH_C0).astype(np.float16),
    )
    return Decoded(splat)
