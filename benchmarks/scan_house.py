"""A three-storey house, as a clean model and as a depth camera would have scanned it.

    from scan_house import clean_house, scan_house

20 x 14 m, 16 rooms and a corridor on each storey, two flights of 17 steps, a ramp, tables and chairs on legs, hanging
lamps, windows, door lintels and a roof.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vln_pipeline.scenes.scene import Material, Part, Scene

Box = tuple[float, float, float, float, float, float]
"""x0, y0, z0, x1, y1, z1 in metres."""

WIDTH, DEPTH, STOREYS = 20.0, 14.0, 3
RISE, STEPS, TREAD = 0.18, 17, 0.25
PITCH, SLAB = STEPS * RISE, 0.2
ROOMS, BAY = 8, WIDTH / 8
CORRIDOR = (6.0, 8.0)
WALL, OUTER = 0.12, 0.25
DOOR, LINTEL = 0.9, 2.05
FLIGHT_TOP, FLIGHT_WIDTH = 0.95, 1.0
EDGE = 0.112
"""Edge of the scan's triangles, metres; gives about 900 thousand of them."""
NOISE, WARP = 0.008, 0.012
HOLES = 0.04
DEBRIS = 2000


def clean_house() -> Scene:
    """Return the house as closed boxes."""
    vertices, faces = _tessellate(np.array(list(_boxes())), edge=np.inf)
    ramp = _ramp()
    return _scene("clean_house", np.concatenate([vertices, ramp]), np.concatenate([faces, _RAMP_FACES + len(vertices)]))


def scan_house(seed: int = 0) -> Scene:
    """Return the house as a scan: visible faces only, noisy and warped, with holes and floating debris."""
    draw = np.random.default_rng(seed)
    boxes = np.array(list(_boxes()))
    vertices, faces = _tessellate(boxes, EDGE)
    faces = faces[~_hidden(vertices, faces, boxes)]
    ramp = _ramp()
    faces = np.concatenate([faces, _RAMP_FACES + len(vertices)])
    vertices = np.concatenate([vertices, ramp])
    faces = faces[~_in_holes(vertices[faces].mean(axis=1), draw)]
    phase = draw.uniform(0, 2 * np.pi, (3, 3))
    vertices = vertices + WARP * np.sin(vertices @ draw.uniform(0.5, 1.5, (3, 3)) + phase.sum(axis=0))
    vertices += draw.normal(0, NOISE, vertices.shape)
    size = np.array([WIDTH, DEPTH, STOREYS * PITCH])
    debris = draw.uniform(0, size, (DEBRIS, 1, 3)) + draw.uniform(-0.02, 0.02, (DEBRIS, 3, 3))
    indexes = np.arange(3 * DEBRIS).reshape(-1, 3) + len(vertices)
    return _scene("scan_house", np.concatenate([vertices, debris.reshape(-1, 3)]), np.concatenate([faces, indexes]))


def _scene(name: str, vertices: NDArray[np.float64], faces: NDArray[np.int64]) -> Scene:
    part = Part(name, vertices, faces.astype(np.int32), material=0, category="unknown", instance=1)
    return Scene(name, (part,), (Material("plaster"),), source="benchmark", licence="Apache-2.0", origin=name)


def _boxes() -> Iterator[Box]:
    for storey in range(STOREYS):
        base, top = storey * PITCH, (storey + 1) * PITCH - SLAB
        yield from _slab(base, None if storey == 0 else _flight(storey - 1))
        yield from _walls(base, top)
        if storey + 1 < STOREYS:
            x0, x1, _, y1 = _flight(storey)
            for step in range(STEPS):
                yield x0, y1 - (step + 1) * TREAD, base, x1, y1 - step * TREAD, base + (step + 1) * RISE
        stairs = {(0, column) for column in (0, ROOMS - 1)}
        for row in range(2):
            for column in range(ROOMS):
                if (row, column) not in stairs and (storey, row, column) != (0, 1, 0):
                    yield from _furniture(column * BAY, row, base, top, kind=(storey + 3 * row + column) % 4)
    yield from _slab(STOREYS * PITCH, None)


def _flight(storey: int) -> tuple[float, float, float, float]:
    """x0, x1, y0, y1 of the stairs that leave a storey."""
    x0 = OUTER if storey % 2 else WIDTH - OUTER - FLIGHT_WIDTH
    return x0, x0 + FLIGHT_WIDTH, FLIGHT_TOP, FLIGHT_TOP + STEPS * TREAD


def _slab(top: float, opening: tuple[float, float, float, float] | None) -> Iterator[Box]:
    low = top - SLAB
    if opening is None:
        yield 0, 0, low, WIDTH, DEPTH, top
        return
    x0, x1, y0, y1 = opening
    yield 0, 0, low, WIDTH, y0, top
    yield 0, y1, low, WIDTH, DEPTH, top
    yield 0, y0, low, x0, y1, top
    yield x1, y0, low, WIDTH, y1, top


def _walls(base: float, top: float) -> Iterator[Box]:
    yield 0, 0, base, OUTER, DEPTH, top
    yield WIDTH - OUTER, 0, base, WIDTH, DEPTH, top
    for column in range(ROOMS):
        x0, middle = column * BAY, (column + 0.5) * BAY
        for y0 in (0.0, DEPTH - OUTER):
            yield from _pierced(x0, x0 + BAY, y0, y0 + OUTER, middle, 1.2, base, base + 0.9, base + 2.0, top)
        for y0 in (CORRIDOR[0] - WALL, CORRIDOR[1]):
            yield from _pierced(x0, x0 + BAY, y0, y0 + WALL, middle, DOOR, base, base, base + LINTEL, top)
        if column:
            for y0, y1 in ((OUTER, CORRIDOR[0] - WALL), (CORRIDOR[1] + WALL, DEPTH - OUTER)):
                yield x0 - WALL / 2, y0, base, x0 + WALL / 2, y1, top


def _pierced(
    x0: float,
    x1: float,
    y0: float,
    y1: float,
    middle: float,
    width: float,
    base: float,
    low: float,
    high: float,
    top: float,
) -> Iterator[Box]:
    """A wall along x with an opening from ``low`` to ``high``."""
    yield x0, y0, base, middle - width / 2, y1, top
    yield middle + width / 2, y0, base, x1, y1, top
    yield middle - width / 2, y0, high, middle + width / 2, y1, top
    if low > base:
        yield middle - width / 2, y0, base, middle + width / 2, y1, low


def _furniture(x: float, row: int, z: float, top: float, kind: int) -> Iterator[Box]:
    """The furniture of one room, away from its door."""

    def placed(x0: float, y0: float, z0: float, x1: float, y1: float, z1: float) -> Box:
        """Turn a room whose window is at y = 0 to its side of the corridor."""
        low, high = (y0, y1) if row == 0 else (DEPTH - y1, DEPTH - y0)
        return x + x0, low, z + z0, x + x1, high, z + z1

    lamp = top - z
    yield placed(1.23, 2.9, lamp - 0.6, 1.27, 2.94, lamp)
    yield placed(1.1, 2.8, lamp - 0.8, 1.4, 3.1, lamp - 0.6)
    if kind == 0:
        yield placed(0.35, 0.4, 0.0, 1.75, 2.4, 0.5)
        yield placed(1.85, 0.4, 0.0, 2.25, 0.8, 0.55)
        yield placed(0.1, 3.6, 0.0, 0.65, 5.0, 2.0)
    elif kind == 1:
        yield from (placed(*leg) for leg in _table(0.7, 1.2, 1.1, 1.6, 0.75))
        for cx, cy in ((0.3, 1.4), (0.3, 2.1), (1.85, 1.4), (1.85, 2.1)):
            yield from (placed(*leg) for leg in _table(cx, cy, 0.4, 0.4, 0.45))
            yield placed(cx, cy, 0.45, cx + 0.4, cy + 0.04, 0.9)
    elif kind == 2:
        yield placed(0.35, 0.5, 0.0, 2.15, 1.3, 0.42)
        yield placed(0.35, 0.5, 0.42, 2.15, 0.7, 0.85)
        yield from (placed(*leg) for leg in _table(0.85, 1.8, 0.8, 0.5, 0.4))
        yield placed(0.1, 3.8, 0.0, 0.5, 5.2, 0.9)
    else:
        yield from (placed(*leg) for leg in _table(0.4, 0.4, 1.6, 0.7, 0.74))
        yield from (placed(*leg) for leg in _table(1.0, 1.2, 0.42, 0.42, 0.46))
        yield placed(2.0, 2.2, 0.0, 2.35, 4.0, 1.9)


def _table(x: float, y: float, width: float, depth: float, height: float) -> Iterator[Box]:
    leg = 0.05
    yield x, y, height - 0.04, x + width, y + depth, height
    for lx in (x, x + width - leg):
        for ly in (y, y + depth - leg):
            yield lx, ly, 0.0, lx + leg, ly + leg, height - 0.04


def _ramp() -> NDArray[np.float64]:
    """(6, 3) corners of a 12 % wedge in the room without furniture on the ground floor."""
    x0, x1, y0, y1, rise = 0.6, 1.9, 10.0, 12.0, 0.24
    return np.array([(x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0), (x1, y1, rise), (x0, y1, rise)], dtype=float)


_RAMP_FACES = np.array([(0, 1, 4), (0, 4, 5), (2, 3, 5), (2, 5, 4), (1, 2, 4), (0, 5, 3)])


def _tessellate(boxes: NDArray[np.float64], edge: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the boxes' faces as right triangles of at most ``edge``, counter-clockwise seen from outside."""
    vertices, faces, count = [], [], 0
    for box in boxes:
        low, high = box[:3], box[3:]
        for axis in range(3):
            u, v = (axis + 1) % 3, (axis + 2) % 3
            n, m = (max(1, int(np.ceil((high[k] - low[k]) / edge))) for k in (u, v))
            for side in (0, 1):
                grid = np.empty((n + 1, m + 1, 3))
                grid[..., axis] = high[axis] if side else low[axis]
                grid[..., u] = np.linspace(low[u], high[u], n + 1)[:, None]
                grid[..., v] = np.linspace(low[v], high[v], m + 1)
                index = count + np.arange((n + 1) * (m + 1)).reshape(n + 1, m + 1)
                a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
                quads = np.stack([np.stack([a, b, c], axis=-1), np.stack([a, c, d], axis=-1)]).reshape(-1, 3)
                faces.append(quads if side else quads[:, ::-1])
                vertices.append(grid.reshape(-1, 3))
                count += grid.size // 3
    return np.concatenate(vertices), np.concatenate(faces)


def _hidden(vertices: NDArray[np.float64], faces: NDArray[np.int64], boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which faces look into a box."""
    a, b, c = (vertices[faces[:, corner]] for corner in range(3))
    normal = np.cross(b - a, c - a)
    probe = (a + b + c) / 3 + 0.005 * normal / np.linalg.norm(normal, axis=1, keepdims=True)
    order = np.argsort(probe[:, 0])
    probe = probe[order]
    hidden = np.zeros(len(faces), dtype=bool)
    for box in boxes:
        near = slice(*np.searchsorted(probe[:, 0], (box[0], box[3])))
        hidden[order[near]] |= ((probe[near] > box[:3]) & (probe[near] < box[3:])).all(axis=1)
    return hidden


def _in_holes(centres: NDArray[np.float64], draw: np.random.Generator) -> NDArray[np.bool_]:
    """Return which triangles fall into round holes that together take the scan's share."""
    tree = cKDTree(centres)
    gone = np.zeros(len(centres), dtype=bool)
    while gone.mean() < HOLES:
        middles = centres[draw.integers(len(centres), size=16)]
        for inside in tree.query_ball_point(middles, draw.uniform(0.08, 0.4, size=16)):
            gone[inside] = True
    return gone
