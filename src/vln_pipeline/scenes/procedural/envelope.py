"""The building as one solid with rooms and openings carved out of it, so that no seam can gape."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.scenes.procedural.plan import OUTER_WALL, WALL, Plan
from vln_pipeline.scenes.procedural.solids import Array, Solid

GROUND_SLAB = 0.2
ROOF_SLAB = 0.2
OUTDOORS, SOLID = -1, 0

Surface = tuple[int, int, int]
"""(cell index, or -1 outdoors; axis of the normal; +1 or -1 along it)."""
Box = tuple[float, float, float, float, float, float]
"""(x0, y0, z0, x1, y1, z1), metres."""


def _voids(plan: Plan) -> list[tuple[int, Box]]:
    """Return the index of a cell and the box it empties, for rooms and then for openings."""
    found: list[tuple[int, Box]] = []
    index = {cell.name: i for i, cell in enumerate(plan.cells)}
    for i, cell in enumerate(plan.cells):
        x0, y0, x1, y1 = cell.inner
        found.append((i, (x0, y0, plan.level(cell.storey), x1, y1, plan.ceiling(cell))))
    for o in plan.openings:
        low, high = o.span
        z0, z1 = plan.level(o.storey) + o.bottom, plan.level(o.storey) + o.top
        box = (o.start, low, z0, o.end, high, z1) if o.axis == 0 else (low, o.start, z0, high, o.end, z1)
        found.append((index[o.room], box))
    return found


def carve(plan: Plan) -> dict[Surface, Solid]:
    """Return the visible faces of walls, floors and ceilings by the room they face; uv in metres.

    Space is cut at every coordinate of a room or an opening into a grid of boxes, each solid or empty; the faces
    between solid and empty boxes are the building, and equal neighbours are merged. Outdoors only the facade is kept.
    """
    rim = OUTER_WALL - WALL / 2
    top = plan.level(plan.storeys - 1) + plan.height + ROOF_SLAB
    masses = [
        (c.rect[0] - rim, c.rect[1] - rim, -GROUND_SLAB, c.rect[2] + rim, c.rect[3] + rim, top) for c in plan.cells
    ]
    voids = _voids(plan)
    every = np.round(np.array([*masses, *(box for _, box in voids)]), 4)
    lines = [np.unique(every[:, [axis, axis + 3]]) for axis in range(3)]
    labels = np.full([len(line) + 1 for line in lines], OUTDOORS)

    def fill(box: Array, value: int) -> None:
        slices = [slice(*(np.searchsorted(lines[a], [box[a], box[a + 3]]) + 1)) for a in range(3)]
        labels[tuple(slices)] = value

    for box in every[: len(masses)]:
        fill(box, SOLID)
    for box, (cell, _) in zip(every[len(masses) :], voids, strict=True):
        fill(box, cell + 1)
    return _faces(labels, lines)


def _faces(labels: NDArray[np.int_], lines: list[Array]) -> dict[Surface, Solid]:
    quads: dict[Surface, list[Array]] = {}
    for axis in range(3):
        u, v = (a for a in range(3) if a != axis)
        turned = np.moveaxis(labels, axis, 0)
        for plane in range(len(lines[axis])):
            below, above = turned[plane], turned[plane + 1]
            for inside, outside, direction in ((below, above, 1), (above, below, -1)):
                faced = np.where((inside == SOLID) & (outside != SOLID), outside, SOLID)
                for label in np.unique(faced[faced != SOLID]).tolist():
                    if label == OUTDOORS and axis == 2:
                        continue
                    for u0, v0, u1, v1 in _rectangles(faced == label):
                        corners = np.empty((4, 3))
                        corners[:, axis] = lines[axis][plane]
                        corners[:, u] = lines[u][[u0 - 1, u1 - 1, u1 - 1, u0 - 1]]
                        corners[:, v] = lines[v][[v0 - 1, v0 - 1, v1 - 1, v1 - 1]]
                        # u x v is +axis for x and z normals, -axis for y.
                        forward = (direction > 0) == (axis != 1)
                        quads.setdefault((max(label - 1, -1), axis, direction), []).append(
                            corners if forward else corners[::-1]
                        )
    return {surface: _solid(found, surface[1]) for surface, found in quads.items()}


def _rectangles(mask: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Cover the true cells of a grid with few rectangles (row, column, end row, end column)."""
    left = mask.copy()
    found = []
    for row, column in np.argwhere(mask).tolist():
        if not left[row, column]:
            continue
        stops = np.flatnonzero(~left[row, column:])
        end_column = column + int(stops[0]) if len(stops) else mask.shape[1]
        stops = np.flatnonzero(~left[row:, column:end_column].all(axis=1))
        end_row = row + int(stops[0]) if len(stops) else mask.shape[0]
        left[row:end_row, column:end_column] = False
        found.append((row, column, end_row, end_column))
    return found


def _solid(quads: list[Array], axis: int) -> Solid:
    vertices = np.concatenate(quads)
    faces = np.arange(len(quads))[:, None, None] * 4 + np.array([[0, 1, 2], [0, 2, 3]])
    u, v = (a for a in range(3) if a != axis)
    return Solid(vertices, faces.reshape(-1, 3).astype(np.int32), vertices[:, [u, v]])
