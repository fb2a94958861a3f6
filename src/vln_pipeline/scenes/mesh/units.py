"""How long a unit of a mesh is."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError

UNITS = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254, "feet": 0.3048}
_BREADTH = (2.0, 200.0)
"""Least and greatest horizontal extent of a building, metres."""
_HEIGHT = 40.0
"""Greatest height of a building, metres."""


def detect_unit(extent: NDArray[np.float64], file: str) -> str:
    """Return the first of ``UNITS`` in which a scene has the size of a home or a public building.

    Args:
        extent: (3,) of the scene, units of the file, z up.
        file: the file's name, for the error.

    Raises:
        DataError: none fits.
    """
    for name, metres in UNITS.items():
        breadth, height = max(extent[:2]) * metres, extent[2] * metres
        if _BREADTH[0] <= breadth <= _BREADTH[1] and height <= _HEIGHT:
            return name
    size = " x ".join(f"{e:.4g}" for e in extent)
    raise DataError(file, f"an extent of {size} is no building in any common unit", "set scenes.mesh.unit (metres)")
