"""A house of three storeys with straight stairs between them, whose every wall, edge and step is known."""

from pathlib import Path

import numpy as np
import trimesh
from box_scene import scene_of, walls
from boxes import box
from mesh_rooms import Z_TO_Y_UP

from vln_pipeline.scenes.scene import Scene

WIDTH, DEPTH = 12.0, 8.0
RISE, TREAD, STEPS, BROAD = 0.18, 0.25, 16, 1.2
"""Height and depth of a step, their number, and the width of the stairs, metres."""
HEIGHT = RISE * STEPS
"""From floor to floor."""
FOOT = 3.0
"""x at which the first step of each flight begins; all lead towards +x."""
HEAD = FOOT + TREAD * STEPS
FLIGHTS = ((0.0, BROAD), (DEPTH - BROAD, DEPTH))
"""y from and to of the lower and of the upper flight: along the southern and the northern wall."""
PARTITION = 8.0
"""x of a wall across each storey, with a door of one metre in its middle."""


def tall_house(storeys: int = 3) -> Scene:
    """Return the house; its frame has the origin in an inner corner of the ground floor."""
    pieces = [box(-0.1, -0.1, -0.2, WIDTH + 0.1, DEPTH + 0.1, 0)]
    pieces += walls(0, 0, WIDTH, DEPTH, 0, HEIGHT * storeys)
    for storey in range(storeys):
        floor = HEIGHT * storey
        if storey + 1 < storeys:
            pieces += _flight(*FLIGHTS[storey], floor)
            pieces += _slab(*FLIGHTS[storey], floor + HEIGHT)
        top = floor + HEIGHT - 0.2
        pieces += [
            box(PARTITION, 0, floor, PARTITION + 0.1, 3.5, top),
            box(PARTITION, 4.5, floor, PARTITION + 0.1, DEPTH, top),
            box(PARTITION, 3.5, floor + 2.1, PARTITION + 0.1, 4.5, top),
        ]
    top = HEIGHT * storeys
    return scene_of(*pieces, box(-0.1, -0.1, top - 0.2, WIDTH + 0.1, DEPTH + 0.1, top), name="tall_house")


def write_glb(path: Path, storeys: int) -> None:
    """Write the house as glTF has it, y up."""
    document = trimesh.Scene()
    for part in tall_house(storeys).parts:
        mesh = trimesh.Trimesh(part.vertices, part.faces, process=False)
        document.add_geometry(mesh, node_name=part.name, geom_name=part.name)
    document.apply_transform(Z_TO_Y_UP)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document.export(file_type="glb"))


def free_area(storey: int, storeys: int = 3) -> float:
    """Return the level floor of a storey that can be stood on below 1.3 m of headroom, square metres."""
    inside = WIDTH * DEPTH - 0.1 * (DEPTH - 1.0)
    stairs = STEPS * TREAD * BROAD
    return inside - stairs * ((storey > 0) + (storey + 1 < storeys))


def height_at(points: np.ndarray) -> np.ndarray:
    """Return the height of the floor under (N, 3) points: that of the storey or step that is nearest to theirs."""
    x, y, z = points.T
    below = np.clip(np.floor((z + 0.3) / HEIGHT), 0, None)
    found = below * HEIGHT
    for storey, (low, high) in enumerate(FLIGHTS):
        on = (y > low) & (y < high) & (x > FOOT) & (x < HEAD) & (z > storey * HEIGHT - 0.3)
        on &= z < (storey + 1) * HEIGHT + 0.3
        found = np.where(on, storey * HEIGHT + RISE * np.ceil((x - FOOT) / TREAD), found)
    return found


def clearance(points: np.ndarray) -> np.ndarray:
    """Return the distance of (N, 3) points on the floor from walls, steps too high to climb and edges to fall over."""
    x, y, z = points.T
    found = np.minimum.reduce([x, WIDTH - x, y, DEPTH - y])
    for low, high in ((0, 3.5), (4.5, DEPTH)):
        found = np.minimum(found, _outside(x, y, PARTITION, low, PARTITION + 0.1, high))
    storey = np.floor((z + 0.3) / HEIGHT).astype(int)
    for flight, (low, high) in enumerate(FLIGHTS):
        climbing = (y > low) & (y < high) & (x > FOOT) & (x < HEAD)
        climbing &= (z > flight * HEIGHT - 0.1) & (z < (flight + 1) * HEIGHT + 0.1)
        inner = high if flight == 0 else low
        # One step is climbed from any side: the first one from below, the last two from above.
        rail = _outside(x, y, FOOT + TREAD, inner, HEAD - 2 * TREAD, inner)
        flank = _outside(x, y, FOOT + TREAD, low, HEAD, high)
        edge = _outside(x, y, FOOT, low, HEAD - 2 * TREAD, high)
        beside = np.where(storey == flight, flank, np.where(storey == flight + 1, edge, np.inf))
        found = np.minimum(found, np.where(climbing, rail, beside))
    return found


def _outside(x: np.ndarray, y: np.ndarray, x0: float, y0: float, x1: float, y1: float) -> np.ndarray:
    """Return the distance to a rectangle; negative within it."""
    dx, dy = np.maximum(x0 - x, x - x1), np.maximum(y0 - y, y - y1)
    return np.hypot(np.maximum(dx, 0), np.maximum(dy, 0)) + np.minimum(np.maximum(dx, dy), 0)


def _flight(low: float, high: float, floor: float) -> list:
    return [
        box(FOOT + i * TREAD, low, floor, FOOT + (i + 1) * TREAD, high, floor + (i + 1) * RISE) for i in range(STEPS)
    ]


def _slab(low: float, high: float, top: float) -> list:
    """Return the floor of an upper storey around the opening above a flight."""
    pieces = [
        box(0, low, top - 0.2, FOOT, high, top),
        box(HEAD, low, top - 0.2, WIDTH, high, top),
    ]
    rest = (high, DEPTH) if low == 0 else (0.0, low)
    return [*pieces, box(0, rest[0], top - 0.2, WIDTH, rest[1], top)]
