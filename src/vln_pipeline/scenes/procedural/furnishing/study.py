"""Studies, and desks wherever one stands."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.groups import beside
from vln_pipeline.scenes.procedural.furniture.decor import plant, rug
from vln_pipeline.scenes.procedural.furniture.lighting import floor_lamp, table_lamp
from vln_pipeline.scenes.procedural.furniture.seating import armchair, office_chair
from vln_pipeline.scenes.procedural.furniture.storage import bookshelf, cabinet
from vln_pipeline.scenes.procedural.furniture.tables import desk, monitor
from vln_pipeline.scenes.procedural.placement import RoomSpace


def place_desk(space: RoomSpace, rng: np.random.Generator, width: float) -> bool:
    """Stand a desk at a wall with its chair, a computer and a lamp; return whether it fits."""
    table, chair = desk(rng, width), office_chair()
    for side in rng.permutation(4).tolist():
        for at in space.spots(rng, side, width + 0.04, "any"):
            base = space.pose(side, at, 0.02)
            patch = (at - width / 2, at + width / 2, 0.0, table.size[2])
            seat = beside(base, rng.uniform(-0.15, 0.0), table.size[1] + 0.42, 0.0, np.pi + rng.uniform(-0.4, 0.4))
            if space.wall_free(side, patch) and space.stand((table, base), (chair, seat)):
                space.cover(side, (patch[0], patch[1], 0.0, 1.25))
                space.add(monitor(), beside(base, -0.05, 0.02, table.size[2]), block=False)
                if width > 1.1:
                    space.add(table_lamp(rng), beside(base, -width / 2 + 0.15, 0.16, table.size[2]), block=False)
                return True
    return False


def furnish_study(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a study."""
    any(place_desk(space, rng, w) for w in (rng.uniform(1.4, 1.6), 1.2))
    for _ in range(2):
        space.against(rng, bookshelf(rng, rng.uniform(0.8, 1.1), rng.uniform(1.7, 2.1)), where="corner", front=0.5)
    if rng.random() < density:
        space.against(rng, armchair(rng), where="corner", gap=0.08, front=0.3)
    if rng.random() < 0.6 * density:
        space.against(rng, floor_lamp(rng).centred(), where="corner", gap=0.08)
    if rng.random() < 0.6 * density:
        space.against(rng, cabinet(rng, 0.9, 0.75, 0.4, "cabinet"), front=0.4)
    if rng.random() < density:
        space.against(rng, plant(rng, rng.uniform(0.7, 1.3)).centred(), where="corner", gap=0.05)
    if rng.random() < 0.6 * density:
        x0, y0, x1, y1 = space.rect
        carpet = rug(0.6 * (x1 - x0), 0.5 * (y1 - y0), int(rng.integers(4)))
        space.add(carpet, space.middle(), block=False)
