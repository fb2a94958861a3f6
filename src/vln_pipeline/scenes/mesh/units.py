"""How long a unit of a mesh is."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError

UNITS = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254, "feet": 0.3048}
_BREADTH = (2.0, 200.0)
"""Least and greatest horizontal extent of a building, metres."""
_HEIGHT = 40.0
"""Greatest height of a building, metres."""
_USUAL_HEIGHT = (1.8, 12.0)
"""Height of one to three storeys, metres."""


def detect_unit(extent: NDArray[np.float64], file: str) -> str:
    """Return the first of ``UNITS`` in which a scene has the size of a home or a public building.

    Metres hold wherever they are possible; another unit should give a usual height, too. Feet are therefore found in
    large scenes only, and have to be declared in small ones.

    Args:
        extent: (3,) of the scene, units of the file, z up.
        file: the file's name, for the error.

    Raises:
        DataError: none fits.
    """
    possible = [
        name
        for name, metres in UNITS.items()
        if _BREADTH[0] <= max(extent[:2]) * metres <= _BREADTH[1] and extent[2] * metres <= _HEIGHT
    ]
    if "metres" in possible:
        return "metres"
    usual = [name for name in possible if _USUAL_HEIGHT[0] <= extent[2] * UNITS[name] <= _USUAL_HEIGHT[1]]
    if possible:
        return (usual or possible)[0]
    size = " x ".join(f"{e:.4g}" for e in extent)
    raise DataError(file, f"an extent of {size} is no building in any common unit", "set scenes.mesh.unit (metres)")
