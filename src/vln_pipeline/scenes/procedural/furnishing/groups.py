"""Pieces that belong together, posed about a common centre."""

import numpy as np

from vln_pipeline.scenes.procedural.furniture.seating import dining_chair
from vln_pipeline.scenes.procedural.furniture.tables import dining_table
from vln_pipeline.scenes.procedural.model import Model, Pose
from vln_pipeline.scenes.procedural.placement import RoomSpace


def beside(base: Pose, x: float, y: float, z: float = 0.0, yaw: float = 0.0) -> Pose:
    """Return a pose given in the frame of another."""
    cos, sin = np.cos(base.yaw), np.sin(base.yaw)
    return Pose(base.x + cos * x - sin * y, base.y + sin * x + cos * y, base.z + z, base.yaw + yaw)


def dining_group(
    rng: np.random.Generator, base: Pose, seats: int, style: int, width: float, depth: float
) -> list[tuple[Model, Pose]]:
    """Return a table along x of ``base`` and its chairs, drawn up to it."""
    group = [(dining_table(rng, width, depth), base)]
    chair = dining_chair(style)
    out = depth / 2 + 0.46 - 0.2
    per_side = seats // 2 if seats > 2 else 1
    for k in range(per_side):
        x = (k - (per_side - 1) / 2) * (width - 0.2) / max(per_side, 2)
        for yaw, sign in ((0.0, -1), (np.pi, 1)):
            pull = rng.uniform(-0.05, 0.1)
            group.append((chair, beside(base, x, sign * (out + pull), 0.0, yaw + rng.uniform(-0.12, 0.12))))
    return group


def place_dining(
    space: RoomSpace, rng: np.random.Generator, sizes: list[tuple[int, float, float]], central: bool
) -> Pose | None:
    """Stand the largest of several dining groups, (seats, width, depth), that fits; return its centre, or None."""
    x0, y0, x1, y1 = space.rect
    style = int(rng.integers(3))
    xs, ys = np.arange(x0 + 0.6, x1 - 0.5, 0.25), np.arange(y0 + 0.6, y1 - 0.5, 0.25)
    centres = [(float(x), float(y)) for x in xs for y in ys]
    middle = ((x0 + x1) / 2, (y0 + y1) / 2)
    order = rng.permutation(len(centres)).tolist()
    if central:
        order.sort(key=lambda i: np.hypot(centres[i][0] - middle[0], centres[i][1] - middle[1]))
    for seats, width, depth in sizes:
        for yaw in (0.0, np.pi / 2) if x1 - x0 > y1 - y0 else (np.pi / 2, 0.0):
            group = dining_group(rng, Pose(0, 0, 0, yaw), seats, style, width, depth)
            for i in order:
                x, y = centres[i]
                moved = [(thing, Pose(pose.x + x, pose.y + y, pose.z, pose.yaw)) for thing, pose in group]
                if space.stand(*moved):
                    return moved[0][1]
    return None
