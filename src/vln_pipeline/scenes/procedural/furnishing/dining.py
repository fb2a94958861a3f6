"""Dining rooms."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.groups import beside, place_dining
from vln_pipeline.scenes.procedural.furniture.decor import plant, rug
from vln_pipeline.scenes.procedural.furniture.storage import bookshelf, cabinet, ornament
from vln_pipeline.scenes.procedural.model import model
from vln_pipeline.scenes.procedural.placement import RoomSpace


def furnish_dining_room(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a dining room: the table first, then what stands along the walls."""
    sizes = [(6, 1.8, 0.95), (4, 1.4, 0.9), (4, 1.1, 1.1), (2, 0.8, 0.8)]
    centre = place_dining(space, rng, sizes, central=True)
    if centre and rng.random() < 0.4 * density:
        space.add(rug(2.4, 1.9, int(rng.integers(4))), centre, block=False)
    if rng.random() < density:
        board = cabinet(rng, rng.uniform(1.2, 1.6), rng.uniform(0.75, 0.85), 0.42, "cabinet")
        spot = space.against(rng, board, where="centre", front=0.4)
        if spot:
            space.add(model("vase", ornament(rng)), beside(space.pose(*spot), 0.3, 0.22, board.size[2]), block=False)
    if rng.random() < 0.5 * density:
        space.against(rng, bookshelf(rng, 0.8, 1.9), where="corner", front=0.4)
    if rng.random() < density:
        space.against(rng, plant(rng, rng.uniform(0.9, 1.4)).centred(), where="corner", gap=0.06)
