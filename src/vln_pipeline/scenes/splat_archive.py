"""Gaussians as one file of arrays."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import Splat


def write(splat: Splat, file: Path) -> None:
    """Write Gaussians; the same ones give the same bytes."""
    with file.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **columns(splat))


def read(file: Path) -> Splat:
    """Read what ``write`` wrote."""
    with np.load(file, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return Splat(**{**arrays, "antialiased": bool(arrays["antialiased"])})


def columns(splat: Splat) -> dict[str, NDArray]:
    """Return all that is known of Gaussians as arrays, by attribute."""
    return {
        "means": splat.means,
        "quats": splat.quats,
        "scales": splat.scales,
        "opacities": splat.opacities,
        "sh": splat.sh,
        "antialiased": np.asarray(splat.antialiased),
        "world_from_splat": splat.world_from_splat,
    }
