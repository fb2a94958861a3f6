"""A surface from Gaussians or points: where their opacity, gathered in cells, passes a threshold."""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy import ndimage
from skimage.measure import marching_cubes

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.scene import Splat
from vln_pipeline.scenes.splat.config import SplatConfig
from vln_pipeline.scenes.splat.gaussian_shape import covariances
from vln_pipeline.scenes.splat.reading import OPAQUE

_MOST_CELLS = 400_000_000
_MOST_VISITS = 2e10
"""Most cells that all Gaussians reach, one by one: minutes of computing."""
_FAINT = 1 / 255
"""Opacity below which a Gaussian ends, as in rendering."""
_FULL = 0.99
"""Largest opacity of a Gaussian, as in rendering."""
_MARGIN = 0.3
"""Distance of the border of the cells from the outermost centre, metres."""


@dataclass(frozen=True)
class Surface:
    """Triangles around what is solid.

    Attributes:
        vertices: (V, 3) float64 metres, world.
        faces: (F, 3) int32, counter-clockwise seen from outside the solid.
        pieces: solid pieces that were too small and left out.
    """

    vertices: NDArray[np.float64]
    faces: NDArray[np.int32]
    pieces: int


def surface_of_splat(splat: Splat, config: SplatConfig, file: str) -> Surface:
    """Return the surface where D(x) = 1 - prod(1 - opacity_i G_i(x)), in the middle of cells, passes ``config.solid``.

    Each covariance grows by that of a cell, voxel^2 / 12, since thin discs fall between the middles of cells otherwise.

    Args:
        splat: the Gaussians.
        config: the cells, and what is left out.
        file: of the Gaussians, for errors.

    Raises:
        DataError: the scene is too large for cells of this size, or nothing is solid.
    """
    kept = splat.of(splat.opacities >= _FAINT)
    shape = covariances(kept.quats, kept.scales, splat.world_from_splat[:3, :3])
    return _surface(kept.centres, shape, kept.opacities, config, file)


def surface_of_points(points: NDArray[np.float64], config: SplatConfig, file: str) -> Surface:
    """Return the same of points, each an opaque Gaussian with a standard deviation of half a cell.

    Args:
        points: (N, 3) metres, world.
        config: the cells, and what is left out.
        file: of the points, for errors.

    Raises:
        DataError: as for ``surface_of_splat``.
    """
    shape = np.zeros((len(points), 6), dtype=np.float32)
    shape[:, [0, 3, 5]] = (config.voxel / 2) ** 2
    return _surface(points, shape, np.full(len(points), _FULL, dtype=np.float32), config, file)


def _surface(
    centres: NDArray[np.float64],
    shape: NDArray[np.float32],
    opacity: NDArray[np.float32],
    config: SplatConfig,
    file: str,
) -> Surface:
    """Return the surface of Gaussians with (N, 3) centres, (N, 6) covariances and (N,) opacities, world."""
    voxel, solid = config.voxel, config.solid
    low, high = np.percentile(centres[opacity > OPAQUE], [100 * config.crop, 100 * (1 - config.crop)], axis=0)
    low, high = low - _MARGIN, high + _MARGIN
    size = np.ceil((high - low) / voxel).astype(np.int64)
    extent = " x ".join(f"{e:.1f}" for e in high - low)
    if float(size.astype(np.float64).prod()) > _MOST_CELLS:
        mend = "raise scenes.splat.voxel or crop, or give scenes.splat.collision"
        raise DataError(file, f"{extent} m are too many cells of {voxel} m", mend)
    shape = shape + np.array([1, 0, 0, 1, 0, 1], dtype=np.float32) * np.float32(voxel**2 / 12)
    local = ((centres - low) / voxel - 0.5).astype(np.float32)
    shape = shape / np.float32(voxel**2)
    if _visits(local, shape, opacity, size) > _MOST_VISITS:
        mend = "raise scenes.splat.voxel, remove Gaussians of many metres, or give scenes.splat.collision"
        raise DataError(file, "its Gaussians reach too many cells", mend)
    clear = np.zeros(tuple(size), dtype=np.float32)
    _gather(clear, local, shape, opacity)
    density = np.expm1(clear, out=clear)
    np.negative(density, out=density)
    pieces = _drop_small(density, solid, config.smallest_component)
    if not (density > solid).any():
        raise DataError(file, f"nothing of {extent} m is solid", "lower scenes.splat.solid, or check the scale")
    # A border of nothing closes what the box cuts.
    for axis in range(3):
        edge = np.moveaxis(density, axis, 0)
        edge[0] = edge[-1] = 0
    vertices, faces, _, _ = marching_cubes(density, solid, allow_degenerate=False)
    return Surface(low + (vertices.astype(np.float64) + 0.5) * voxel, faces.astype(np.int32), pieces)


def _drop_small(density: NDArray[np.float32], solid: float, smallest: int) -> int:
    """Empty the cells of small pieces; return how many pieces they were."""
    piece, count = ndimage.label(density > solid, structure=np.ones((3, 3, 3)))
    small = np.bincount(piece.ravel()) < smallest
    small[0] = False
    density[small[piece]] = 0
    return int(small[: count + 1].sum())


@njit(cache=True)
def _reach(shape: NDArray[np.float32], opacity: np.float32) -> tuple[float, float, float, float]:
    """Return the squared radius in standard deviations up to which a Gaussian counts, and half its box, cells."""
    within = 2 * np.log(min(opacity, np.float32(_FULL)) / np.float32(_FAINT))
    return within, np.sqrt(within * shape[0]), np.sqrt(within * shape[3]), np.sqrt(within * shape[5])


@njit(cache=True)
def _visits(
    centres: NDArray[np.float32], shape: NDArray[np.float32], opacity: NDArray[np.float32], size: NDArray[np.int64]
) -> float:
    total = 0.0
    for i in range(len(centres)):
        if opacity[i] <= _FAINT:
            continue
        _, rx, ry, rz = _reach(shape[i], opacity[i])
        total += min(2 * rx + 1, size[0]) * min(2 * ry + 1, size[1]) * min(2 * rz + 1, size[2])
    return total


@njit(cache=True)
def _gather(
    clear: NDArray[np.float32], centres: NDArray[np.float32], shape: NDArray[np.float32], opacity: NDArray[np.float32]
) -> None:
    """Add the logarithm of what each Gaussian lets through to the cells that it reaches; all lengths are cells."""
    for i in range(len(centres)):
        o = min(opacity[i], np.float32(_FULL))
        if o <= _FAINT:
            continue
        within, rx, ry, rz = _reach(shape[i], o)
        cx, cy, cz = centres[i]
        x0, x1 = max(0, int(np.ceil(cx - rx))), min(clear.shape[0] - 1, int(np.floor(cx + rx)))
        y0, y1 = max(0, int(np.ceil(cy - ry))), min(clear.shape[1] - 1, int(np.floor(cy + ry)))
        z0, z1 = max(0, int(np.ceil(cz - rz))), min(clear.shape[2] - 1, int(np.floor(cz + rz)))
        a, b, c, d, e, f = shape[i]
        determinant = a * (d * f - e * e) - b * (b * f - c * e) + c * (b * e - c * d)
        if determinant <= 0:
            continue
        ia, ib, ic = (d * f - e * e) / determinant, (c * e - b * f) / determinant, (b * e - c * d) / determinant
        id_, ie, if_ = (a * f - c * c) / determinant, (b * c - a * e) / determinant, (a * d - b * b) / determinant
        for x in range(x0, x1 + 1):
            dx = x - cx
            for y in range(y0, y1 + 1):
                dy = y - cy
                plane = ia * dx * dx + 2 * ib * dx * dy + id_ * dy * dy
                slope = 2 * (ic * dx + ie * dy)
                for z in range(z0, z1 + 1):
                    dz = z - cz
                    far = plane + slope * dz + if_ * dz * dz
                    if far < within:
                        clear[x, y, z] += np.log1p(-o * np.exp(np.float32(-0.5) * far))
