"""A corridor round a corner, 2 m wide, whose distances can be worked out by hand."""

import math

import numpy as np
from boxes import box

from vln_pipeline.scenes.scene import Material, Part, Scene

HERE = np.array([1.0, 1.0, 0.0])
"""In the first arm, 1 m from both of its walls."""
THERE = np.array([5.0, 5.0, 0.0])
"""In the second arm, out of sight."""
CORNER = np.array([4.0, 2.0])


def corner_home() -> Scene:
    """Free floor: 0 < x < 6, 0 < y < 2 and 4 < x < 6, 2 < y < 6; walls are 2.5 m high, no ceiling."""
    parts = [
        _box(1, "floor", (-0.2, -0.2, -0.2), (6.2, 2.2, 0.0)),
        _box(1, "floor", (3.8, 2.2, -0.2), (6.2, 6.2, 0.0)),
        _box(2, "wall", (-0.2, -0.2, 0.0), (6.2, 0.0, 2.5)),
        _box(3, "wall", (-0.2, 0.0, 0.0), (0.0, 2.2, 2.5)),
        _box(4, "wall", (6.0, 0.0, 0.0), (6.2, 6.2, 2.5)),
        _box(5, "wall", (3.8, 6.0, 0.0), (6.0, 6.2, 2.5)),
        _box(6, "partition", (0.0, 2.0, 0.0), (4.0, 2.2, 2.5)),
        _box(7, "partition", (3.8, 2.2, 0.0), (4.0, 6.0, 2.5)),
    ]
    return Scene("corner_home", tuple(parts), (Material("plain"), Material("blue", (0.1, 0.2, 0.8))))


def way_round_the_corner(radius: float) -> float:
    """Length of the shortest way from HERE to THERE for a disc: two tangents of the circle about CORNER and its arc."""
    (ax, ay), (bx, by) = HERE[:2] - CORNER, THERE[:2] - CORNER
    a, b = math.hypot(ax, ay), math.hypot(bx, by)
    free_angle = (math.atan2(by, bx) - math.atan2(ay, ax)) % (2 * math.pi)
    bend = free_angle - math.acos(radius / a) - math.acos(radius / b)
    return math.sqrt(a * a - radius**2) + math.sqrt(b * b - radius**2) + radius * bend


def _box(instance, category, low, high):
    return Part(category, *box(*low, *high), int(category == "partition"), category, instance)
