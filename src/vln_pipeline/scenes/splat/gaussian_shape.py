"""How Gaussians are turned and how far they reach."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.scenes.scene import Splat


@njit(cache=True)
def covariances(
    quats: NDArray[np.float32], scales: NDArray[np.float32], turn: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return (N, 6) covariances xx, xy, xz, yy, yz, zz, turned by a (3, 3) matrix that may scale."""
    found = np.empty((len(quats), 6), dtype=np.float32)
    axes = np.empty((3, 3))
    spread = np.empty((3, 3))
    for i in range(len(quats)):
        w, x, y, z = quats[i, 0], quats[i, 1], quats[i, 2], quats[i, 3]
        axes[0, 0], axes[0, 1], axes[0, 2] = 1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)
        axes[1, 0], axes[1, 1], axes[1, 2] = 2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)
        axes[2, 0], axes[2, 1], axes[2, 2] = 2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)
        for row in range(3):
            for column in range(3):
                total = 0.0
                for k in range(3):
                    total += turn[row, k] * axes[k, column]
                spread[row, column] = total * scales[i, column]
        entry = 0
        for row in range(3):
            for column in range(row, 3):
                total = 0.0
                for k in range(3):
                    total += spread[row, k] * spread[column, k]
                found[i, entry] = total
                entry += 1
    return found


def thinnest_axes(splat: Splat) -> NDArray[np.float64]:
    """Return (N, 3) unit vectors along the shortest axis of each Gaussian: the normal of a surface; file's frame."""
    w, x, y, z = splat.quats.astype(np.float64).T
    columns = np.stack(
        [
            np.stack([1 - 2 * (y * y + z * z), 2 * (x * y + w * z), 2 * (x * z - w * y)], axis=1),
            np.stack([2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)], axis=1),
            np.stack([2 * (x * z + w * y), 2 * (y * z - w * x), 1 - 2 * (x * x + y * y)], axis=1),
        ],
        axis=1,
    )
    return columns[np.arange(len(columns)), np.argmin(splat.scales, axis=1)]
