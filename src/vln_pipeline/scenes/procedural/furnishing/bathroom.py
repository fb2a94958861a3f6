"""Bathrooms."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.groups import beside
from vln_pipeline.scenes.procedural.furniture.bathroom import (
    bathtub,
    shower,
    toilet,
    towel_rail,
    washbasin,
    washing_machine,
)
from vln_pipeline.scenes.procedural.furniture.decor import basket, mirror, rug
from vln_pipeline.scenes.procedural.placement import RoomSpace


def furnish_bathroom(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a bathroom: tub or shower, basin under a mirror, toilet, then what fits."""
    width, depth = space.size
    tub = width * depth > 4.2 and rng.random() < 0.6
    if not (tub and _bathtub(space, rng)):
        any(_shower(space, rng, edge) for edge in (0.9, 0.8))
    for wide in (rng.uniform(0.8, 1.0), 0.6):
        spot = space.against(rng, washbasin(rng, wide), where="centre", gap=0.0, front=0.4)
        if spot:
            side, at = spot
            if space.hang(rng, mirror(wide * 0.85, 0.75, "handle"), 1.5, [side], at):
                space.add(rug(0.75, 0.5, int(rng.integers(4))), beside(space.pose(side, at), 0.0, 0.8), block=False)
            break
    space.against(rng, toilet(), gap=0.0, front=0.4)
    if rng.random() < 0.5 * density:
        space.against(rng, washing_machine(), where="corner", front=0.4)
    space.hang(rng, towel_rail(rng), 0.75)
    if rng.random() < density:
        space.against(rng, basket(rng).centred(), where="corner", gap=0.03)


def _bathtub(space: RoomSpace, rng: np.random.Generator) -> bool:
    lengths = (1.7, 1.6, 1.5)
    return any(space.against(rng, bathtub(length), where="corner", gap=0.0, front=0.3) for length in lengths)


def _shower(space: RoomSpace, rng: np.random.Generator, edge: float) -> bool:
    """Stand a shower in a corner whose second wall is at the model's -x."""
    cabin = shower(edge)
    for side in rng.permutation(4).tolist():
        start, end = space.span(side)
        at = start + edge / 2 if side in (0, 1) else end - edge / 2
        patch = (at - edge / 2, at + edge / 2, 0.0, 2.2)
        if space.wall_free(side, patch) and space.stand((cabin, space.pose(side, at))):
            space.cover(side, patch)
            return True
    return False
