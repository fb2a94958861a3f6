"""How long a unit of a mesh is."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.triangles import area_vectors, corners_of, lengths

UNITS = {"metres": 1.0, "centimetres": 0.01, "millimetres": 0.001, "inches": 0.0254, "feet": 0.3048}
_LEVEL = 0.95
"""Cosine above which a face counts as level."""
_BREADTH = (1.2, 200.0)
"""Least and greatest horizontal extent of a building, metres."""
_HEIGHT = 60.0
"""Greatest height of a building, metres."""
_HEADROOM = (1.8, 8.0)
"""Least and greatest usual height of a storey, metres."""
_HOME = (9.0, 2.7)
"""Breadth and height of a storey of the likeliest scene, a flat, metres."""
_DOUBLINGS = (1.0, 0.35)
"""How many doublings of breadth, and of a storey's height, are equally strange: homes differ more in breadth."""
_MARGIN = 1.0
"""How much stranger the second unit must be than the first; below that, both are plausible."""
_BINS = 200
"""Slabs of equal height in which level faces are gathered."""
_SHARE = 0.2
"""Area of a floor or ceiling over that of the largest slab."""


def headroom(meshes: Iterable[tuple[NDArray[np.float64], NDArray[np.int64]]]) -> float:
    """Return the largest height between two neighbouring floors or ceilings, in the unit of the file; 0 without two.

    Args:
        meshes: (V, 3) vertices, z up, and (F, 3) faces of each surface.
    """
    heights, areas = [np.empty(0)], [np.empty(0)]
    with np.errstate(invalid="ignore", over="ignore"):
        for vertices, faces in meshes:
            corners = corners_of(vertices, faces)
            cross = area_vectors(corners)
            level = np.abs(cross[:, 2]) > _LEVEL * lengths(cross)
            heights.append(sum(corner[level, 2] for corner in corners) / 3)
            areas.append(np.abs(cross[level, 2]))
        height, area = np.concatenate(heights), np.concatenate(areas)
        sound = np.isfinite(height) & np.isfinite(area)
        height, area = height[sound], area[sound]
        span = float(np.ptp(height)) if len(height) else 0.0
    if not 0 < span < np.inf:
        return 0.0
    slab = np.bincount(((height - height.min()) / span * (_BINS - 1)).astype(np.int64), area, _BINS)
    floors = np.flatnonzero(slab >= _SHARE * slab.max())
    return float(np.diff(floors).max(initial=0) * span / (_BINS - 1))


def detect_unit(extent: NDArray[np.float64], storey: float, file: str) -> tuple[str, str]:
    """Return the name in ``UNITS`` of the unit in which a scene is a building, and the evidence in words.

    Metres hold wherever they are possible, which is every format's custom; feet therefore have to be declared in most
    scenes. Where metres are not possible, another unit must give a storey of usual height, and do so alone or by far
    the best.

    Args:
        extent: (3,) of the scene, units of the file, z up.
        storey: from ``headroom``.
        file: the file's name, for the error.

    Raises:
        DataError: no unit fits, or two do.
    """
    size = " x ".join(f"{e:.4g}" for e in extent)
    if _possible(extent):
        return "metres", f"the custom of its format, and {size} m is a building"
    possible = {
        name: _strangeness(extent * metres, storey * metres)
        for name, metres in UNITS.items()
        if _possible(extent * metres)
    }
    ranked = sorted(possible, key=lambda name: possible[name])
    fitting = [n for n in ranked if not storey or _HEADROOM[0] <= storey * UNITS[n] <= _HEADROOM[1]]
    if not fitting:
        nearest = f"; the nearest is {ranked[0]}, {_metric(extent, storey, ranked[0])}" if ranked else ""
        cause = f"an extent of {size} is no building in any common unit{nearest}"
        raise DataError(file, cause, "set scenes.mesh.unit (metres)")
    if len(fitting) > 1 and possible[fitting[1]] - possible[fitting[0]] < _MARGIN:
        first, second = (f"{name} ({_metric(extent, storey, name)})" for name in fitting[:2])
        raise DataError(
            file,
            f"an extent of {size} may be in {first} or in {second}",
            f"set scenes.mesh.unit to {UNITS[fitting[0]]} or to {UNITS[fitting[1]]}",
        )
    return fitting[0], f"{size} units are {_metric(extent, storey, fitting[0])} so, and no building in metres"


def _possible(extent: NDArray[np.float64]) -> bool:
    """Return whether a building may measure so many metres."""
    return bool(_BREADTH[0] <= max(extent[:2]) <= _BREADTH[1] and extent[2] <= _HEIGHT)


def _strangeness(extent: NDArray[np.float64], storey: float) -> float:
    """Return how far breadth and storey, metres, are from those of a flat, in doublings."""
    breadth = abs(math.log2(max(extent[:2]) / _HOME[0])) / _DOUBLINGS[0]
    return breadth + abs(math.log2(storey / _HOME[1])) / _DOUBLINGS[1] if storey else breadth


def _metric(extent: NDArray[np.float64], storey: float, unit: str) -> str:
    size = " x ".join(f"{e:.1f}" for e in extent * UNITS[unit]) + " m"
    return f"{size} with storeys of {storey * UNITS[unit]:.1f} m" if storey else size
