import numpy as np
import pytest

from vln_pipeline.planning.trajectory import Action, Trajectory
from vln_pipeline.scenes.scene import Light, Material, Part, Scene

FACES = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)


def quad(corners, category: str, instance: int, material: int = 0, tiles: float = 1.0) -> Part:
    """A rectangle whose texture repeats ``tiles`` times along each edge."""
    uv = tiles * np.array([[0, 0], [1, 0], [1, 1], [0, 1]], dtype=np.float32)
    return Part(category, np.asarray(corners, dtype=np.float64), FACES, material, category, instance, uv=uv)


def box(low, high, category: str, instance: int, material: int, tiles: float = 1.0, inwards=False) -> list[Part]:
    """Six rectangles: left, right, front, back, bottom, top."""
    (x0, y0, z0), (x1, y1, z1) = low, high
    sides = [
        [(x0, y1, z0), (x0, y0, z0), (x0, y0, z1), (x0, y1, z1)],
        [(x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)],
        [(x0, y0, z0), (x1, y0, z0), (x1, y0, z1), (x0, y0, z1)],
        [(x1, y1, z0), (x0, y1, z0), (x0, y1, z1), (x1, y1, z1)],
        [(x0, y1, z0), (x1, y1, z0), (x1, y0, z0), (x0, y0, z0)],
        [(x0, y0, z1), (x1, y0, z1), (x1, y1, z1), (x0, y1, z1)],
    ]
    return [quad(side[::-1] if inwards else side, category, instance, material, tiles) for side in sides]


def chequers(cells: int = 8, edge: int = 16) -> np.ndarray:
    board = np.kron(np.indices((cells, cells)).sum(axis=0) % 2, np.ones((edge, edge)))
    return np.stack([60 + 160 * board, 120 + 60 * board, 90 - 40 * board], axis=-1).astype(np.uint8)


@pytest.fixture
def room() -> Scene:
    """A room 6 m x 4 m x 2.6 m, chequered, with a table-sized box, a small ball-sized box on it and one lamp."""
    parts = [
        *box((0, 0, 0), (6, 4, 2.6), "wall", 1, 0, tiles=2, inwards=True),
        *box((3.5, 2.2, 0), (4.7, 3.1, 0.7), "table", 2, 1),
        *box((3.9, 2.5, 0.7), (4.2, 2.8, 1.0), "vase", 3, 2),
    ]
    materials = (
        Material("chequers", (0.9, 0.9, 0.9), chequers()),
        Material("wood", (0.5, 0.3, 0.15)),
        Material("clay", (0.8, 0.2, 0.1)),
    )
    return Scene("room", tuple(parts), materials, (Light("area", (2.5, 2, 2.5), 80.0, size=0.6),))


@pytest.fixture
def walk() -> Trajectory:
    path = np.stack([np.linspace(1.0, 1.3, 6), np.full(6, 1.5), np.zeros(6)], axis=1)
    poses = np.array([[1.0, 1.5, 0, 0], [1.25, 1.5, 0, 0], [1.25, 1.5, 0, np.pi / 12]])
    return Trajectory(
        id="room_00000",
        scene="room",
        floor=0,
        path=path,
        yaw=np.linspace(0.0, 0.2, 6),
        clearance=np.full(6, 0.9, dtype=np.float32),
        actions=np.array([Action.FORWARD, Action.LEFT], dtype=np.int8),
        poses=poses,
        geodesic=0.3,
    )
