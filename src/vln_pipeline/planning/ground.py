"""Height of the floor under each cell, finer than the voxels it was found with."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.planning.rasterise import VOXEL, Columns
from vln_pipeline.planning.traversability import continued
from vln_pipeline.scenes.scene import Mesh

_REACH = 2.0
"""A triangle belongs to a floor when it is within so many voxels of the floor's voxel."""


def ground_heights(
    mesh: Mesh, walkable: NDArray[np.bool_], columns: Columns, levels: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Return the (N, H, W) height of each storey's floor at the cell centres, metres, world z.

    It is the highest walkable triangle over the centre that lies within two voxels of the floor's voxel; where there is
    none (a hole that was closed), the nearest cell's height if that is as close, else the voxel's middle.

    Args:
        mesh: the scene's triangles.
        walkable: (F,) faces to stand on.
        columns: the volume.
        levels: (N, H, W) voxel of each storey's floor.
    """
    scale = np.array([columns.cell, columns.cell, VOXEL])
    found = np.full(levels.shape, -1.0, dtype=np.float32)
    _lift((mesh.vertices - columns.origin) / scale, mesh.faces, walkable, levels, found)
    for storey, level in zip(found, levels, strict=True):
        nearest = continued(storey)
        middle = level + np.float32(0.5)
        storey[:] = np.where(np.abs(nearest - middle) <= _REACH, nearest, middle)
    return found * np.float32(VOXEL) + np.float32(columns.origin[2])


@njit(cache=True)
def _lift(points, faces, walkable, levels, found):  # type: ignore[no-untyped-def]
    """Raise ``found`` to the walkable triangles over the cell centres, in voxels."""
    for face in range(len(faces)):
        if not walkable[face]:
            continue
        xa, ya, za = points[faces[face, 0]]
        xb, yb, zb = points[faces[face, 1]]
        xc, yc, zc = points[faces[face, 2]]
        area = (xb - xa) * (yc - ya) - (xc - xa) * (yb - ya)
        if area == 0.0:
            continue
        for row in range(int(np.ceil(min(ya, yb, yc) - 0.5)), int(np.floor(max(ya, yb, yc) - 0.5)) + 1):
            y = row + 0.5
            for column in range(int(np.ceil(min(xa, xb, xc) - 0.5)), int(np.floor(max(xa, xb, xc) - 0.5)) + 1):
                x = column + 0.5
                v = ((x - xa) * (yc - ya) - (xc - xa) * (y - ya)) / area
                w = ((xb - xa) * (y - ya) - (x - xa) * (yb - ya)) / area
                if v < 0 or w < 0 or v + w > 1:
                    continue
                z = za + v * (zb - za) + w * (zc - za)
                for storey in range(len(levels)):
                    if abs(z - levels[storey, row, column] - 0.5) <= _REACH:
                        found[storey, row, column] = max(found[storey, row, column], z)
