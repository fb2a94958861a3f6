"""Scenes of boxes and rectangles, for tests of the grid half of planning."""

import numpy as np
from boxes import box

from vln_pipeline.scenes.scene import Material, Part, Scene


def sheet(x0, y0, x1, y1, z, up=True):
    """Return (vertices, faces) of a level rectangle."""
    vertices = np.array([(x0, y0, z), (x1, y0, z), (x1, y1, z), (x0, y1, z)], dtype=float)
    faces = np.array([(0, 1, 2), (0, 2, 3)])
    return vertices, faces if up else faces[:, ::-1]


def walls(x0, y0, x1, y1, z0=0.0, height=2.5, thickness=0.1):
    """Return the four walls around a rectangle, outside of it."""
    a, b, c, d, top = x0 - thickness, y0 - thickness, x1 + thickness, y1 + thickness, z0 + height
    return [
        box(a, b, z0, c, y0, top),
        box(a, y1, z0, c, d, top),
        box(a, y0, z0, x0, y1, top),
        box(x1, y0, z0, c, y1, top),
    ]


def scene_of(*pieces, rooms=(), name="boxes"):
    """Return a scene with one part per piece."""
    parts = tuple(
        Part(f"piece_{i}", vertices, faces.astype(np.int32), 0, "unknown", i + 1)
        for i, (vertices, faces) in enumerate(pieces)
    )
    return Scene(name, parts, (Material("plain"),), rooms=tuple(rooms))


def room_scene(*pieces, width=4.0, depth=3.0, rooms=()):
    """Return a walled room with its corner at the origin, a floor at z = 0 and no ceiling, and more pieces."""
    slab = box(-0.1, -0.1, -0.1, width + 0.1, depth + 0.1, 0.0)
    return scene_of(slab, *walls(0, 0, width, depth), *pieces, rooms=rooms)


def at(floor, grid, x, y):
    """Return the value of a floor's grid in the cell that holds a point."""
    row, column = np.round(floor.to_cell(np.array([x, y]))).astype(int)
    return grid[row, column]
