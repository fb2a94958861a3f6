"""Floors and ceilings among Gaussians: what they tell of up and of scale."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.mesh.model import Axis
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.gaussian_shape import thinnest_axes
from vln_pipeline.scenes.splat.reading import OPAQUE

_LEVEL = 0.9
"""Cosine of a normal and an axis above which a Gaussian is level."""
_CONVINCING = 1.8
"""Evidence of the axis that is up over that of the next."""
_BELOW = 1.12
"""Surface in the lower half over that in the upper one from which it is the lower one: furniture stands on floors."""
_CORE = (1.0, 99.0)
"""Percentiles between which a scene lies; beyond them are stray Gaussians."""
_SLABS = 200
_APART = 0.1
"""Least distance of two levels, as a share of the scene's height."""
_STRONG = 0.25
"""Surface of the second level over that of the first from which it is one."""


def detect_up(splat: Splat, turn: NDArray[np.float64], file: str) -> tuple[Axis, str]:
    """Return the axis that is up, and the evidence in words.

    As for meshes, the evidence for an axis is the level surface over the extent along it; a Gaussian's surface is the
    product of its longer axes, its normal the shortest one.

    Args:
        splat: the Gaussians.
        turn: (4, 4) from their frame to the one whose axis is asked for.
        file: their file, for errors.

    Raises:
        DataError: no axis convinces, or it does and its direction does not.
    """
    points, normals, surface = _surface(splat, turn)
    low, high = np.percentile(points, _CORE, axis=0)
    inside = ((points >= low) & (points <= high)).all(axis=1)
    level = (np.abs(normals) > _LEVEL) & inside[:, None]
    evidence = (level * surface[:, None]).sum(axis=0) / np.maximum(high - low, 1e-9 * np.ptp(points))
    order = np.argsort(evidence)
    ratio = evidence[order[2]] / max(evidence[order[1]], 1e-30)
    mend = "set scenes.splat.up, or scenes.splat.transform where the scene leans"
    if not ratio >= _CONVINCING:
        cause = f"no axis is evidently up: level surface over height is {ratio:.2f} times that of the next"
        raise DataError(file, cause, mend)
    axis = int(order[2])
    middle = (low[axis] + high[axis]) / 2
    below = inside & (points[:, axis] < middle)
    weight = surface[below].sum() / max(surface[inside & ~below].sum(), 1e-30)
    names: tuple[tuple[Axis, Axis], ...] = (("x", "-x"), ("y", "-y"), ("z", "-z"))
    if 1 / _BELOW < weight < _BELOW:
        cause = f"axis {names[axis][0]} is upright, and neither of its ends is evidently up ({weight:.2f} : 1)"
        raise DataError(file, cause, mend)
    found = names[axis][0 if weight >= _BELOW else 1]
    more = max(weight, 1 / weight)
    told = f"level surface over height is {ratio:.1f} times that of the next axis"
    return found, f"{told}, and {more:.2f} times as much surface lies in the lower half"


def storey_height(splat: Splat, upright: NDArray[np.float64]) -> float:
    """Return the distance of the two strongest levels, in units of the upright frame; 0 without two.

    Args:
        splat: the Gaussians.
        upright: (4, 4) from their frame to one whose z is up.
    """
    points, normals, surface = _surface(splat, upright)
    height = points[:, 2]
    low, high = np.percentile(height, _CORE)
    level = (
        (np.abs(normals[:, 2]) > _LEVEL)
        & (height >= low - 0.01 * (high - low))
        & (height <= high + 0.01 * (high - low))
    )
    if not level.any() or high <= low:
        return 0.0
    counts, edges = np.histogram(height[level], _SLABS, weights=surface[level])
    spread = np.convolve(counts, (1, 1, 1), mode="same")
    first = int(np.argmax(spread))
    far = np.abs(np.arange(_SLABS) - first) >= _APART * _SLABS
    second = int(np.argmax(np.where(far, spread, 0)))
    if spread[second] < _STRONG * spread[first]:
        return 0.0
    return float(abs(second - first) * (edges[1] - edges[0]))


def _surface(splat: Splat, turn: NDArray[np.float64]) -> tuple[NDArray, NDArray, NDArray]:
    """Return centre, unit normal and surface of the opaque Gaussians."""
    opaque = splat.of(splat.opacities > OPAQUE)
    scales = np.sort(opaque.scales, axis=1).astype(np.float64)
    points = opaque.means @ turn[:3, :3].T + turn[:3, 3]
    normals = thinnest_axes(opaque) @ turn[:3, :3].T
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-30)
    # One huge Gaussian, a sky for instance, must not outweigh the building.
    surface = np.minimum(scales[:, 1] * scales[:, 2], 100 * np.median(scales[:, 1] * scales[:, 2]) + 1e-30)
    return points, normals, surface * opaque.opacities
