"""A two-room home of known size, from which every data set's fixture is written.

World frame: metres, z up. A living room (x 0 to 4.5) and a bedroom (x 4.5 to 8), both 5 m deep and 2.6 m high, joined
by a doorway one metre wide.
"""

from dataclasses import dataclass

import numpy as np

CORNERS = np.array([[x, y, z] for z in (0, 1) for y in (0, 1) for x in (0, 1)], dtype=float)
QUADS = np.array([[0, 2, 3, 1], [4, 5, 7, 6], [0, 1, 5, 4], [2, 6, 7, 3], [0, 4, 6, 2], [1, 3, 7, 5]])
"""Corners of a box's faces, anti-clockwise seen from outside: bottom, top, front, back, left, right."""
DEPTH, HEIGHT, DIVIDE, WIDTH = 5.0, 2.6, 4.5, 8.0


@dataclass(frozen=True)
class Box:
    """One object: an upright box.

    Attributes:
        raw: category as people would write it.
        category: the same in the common vocabulary.
        low: (3,) metres.
        high: (3,) metres.
        room: 0 living room, 1 bedroom.
        color: sRGB.
    """

    raw: str
    category: str
    low: tuple[float, float, float]
    high: tuple[float, float, float]
    room: int
    color: tuple[int, int, int]

    @property
    def vertices(self) -> np.ndarray:
        """(8, 3)."""
        return np.array(self.low) + CORNERS * np.subtract(self.high, self.low)

    @property
    def triangles(self) -> np.ndarray:
        """(12, 3)."""
        return triangulated(QUADS)


def triangulated(quads: np.ndarray) -> np.ndarray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


BOXES = (
    Box("floor", "floor", (0, 0, -0.1), (DIVIDE, DEPTH, 0), 0, (180, 140, 100)),
    Box("floor", "floor", (DIVIDE, 0, -0.1), (WIDTH, DEPTH, 0), 1, (120, 120, 160)),
    Box("ceiling", "ceiling", (0, 0, HEIGHT), (DIVIDE, DEPTH, HEIGHT + 0.1), 0, (240, 240, 240)),
    Box("ceiling", "ceiling", (DIVIDE, 0, HEIGHT), (WIDTH, DEPTH, HEIGHT + 0.1), 1, (235, 235, 240)),
    Box("wall", "wall", (-0.1, -0.1, 0), (0, DEPTH + 0.1, HEIGHT), 0, (220, 210, 200)),
    Box("wall", "wall", (WIDTH, -0.1, 0), (WIDTH + 0.1, DEPTH + 0.1, HEIGHT), 1, (205, 210, 220)),
    Box("wall", "wall", (0, -0.1, 0), (WIDTH, 0, HEIGHT), 0, (222, 212, 202)),
    Box("wall", "wall", (0, DEPTH, 0), (WIDTH, DEPTH + 0.1, HEIGHT), 0, (224, 214, 204)),
    Box("wall", "wall", (DIVIDE - 0.05, 0, 0), (DIVIDE + 0.05, 2.2, HEIGHT), 0, (210, 200, 190)),
    Box("wall", "wall", (DIVIDE - 0.05, 3.2, 0), (DIVIDE + 0.05, DEPTH, HEIGHT), 0, (212, 202, 192)),
    Box("wall", "wall", (DIVIDE - 0.05, 2.2, 2.1), (DIVIDE + 0.05, 3.2, HEIGHT), 0, (214, 204, 194)),
    Box("sofa", "sofa", (0.2, 0.2, 0), (1.1, 2.2, 0.8), 0, (90, 60, 40)),
    Box("chair", "chair", (3.4, 0.3, 0), (3.9, 0.8, 0.9), 0, (40, 90, 60)),
    Box("table", "table", (2.0, 4.0, 0), (3.2, 4.8, 0.75), 0, (150, 110, 70)),
    Box("bed", "bed", (6.0, 3.0, 0), (7.9, 4.9, 0.5), 1, (60, 60, 150)),
    Box("wardrobe", "wardrobe", (5.0, 0.1, 0), (6.5, 0.7, 2.0), 1, (130, 90, 50)),
)
LIVING = ((0.0, 0.0), (DIVIDE, 0.0), (DIVIDE, DEPTH), (0.0, DEPTH))
BEDROOM = ((DIVIDE, 0.0), (WIDTH, 0.0), (WIDTH, DEPTH), (DIVIDE, DEPTH))
"""Corners of the rooms, anti-clockwise."""


def to_y_up(points: np.ndarray) -> np.ndarray:
    """Z up to Habitat's and glTF's frame: (x, y, z) becomes (x, z, -y)."""
    points = np.asarray(points, dtype=float)
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], axis=-1)


def bounds_by_category(scene) -> dict[str, list]:
    """Return for each category the sorted lowest and highest corners of its instances, to the centimetre."""
    boxes: dict[str, dict[int, list]] = {}
    for part in scene.parts:
        boxes.setdefault(part.category, {}).setdefault(part.instance, []).append(part.vertices[np.unique(part.faces)])
    return {
        category: sorted(
            tuple(np.round([v.min(axis=0), v.max(axis=0)], 2).ravel().tolist())
            for v in (np.concatenate(pieces) for pieces in instances.values())
        )
        for category, instances in boxes.items()
    }


def expected_bounds(boxes: tuple[Box, ...] = BOXES) -> dict[str, list]:
    """Return what ``bounds_by_category`` should find."""
    found: dict[str, list] = {}
    for box in boxes:
        found.setdefault(box.category, []).append(tuple(round(float(v), 2) for v in (*box.low, *box.high)))
    return {category: sorted(bounds) for category, bounds in found.items()}
