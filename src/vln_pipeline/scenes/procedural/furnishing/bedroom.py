"""Bedrooms."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.groups import beside
from vln_pipeline.scenes.procedural.furnishing.study import place_desk
from vln_pipeline.scenes.procedural.furniture.bedroom import bed, nightstand
from vln_pipeline.scenes.procedural.furniture.decor import basket, mirror, picture, plant, rug
from vln_pipeline.scenes.procedural.furniture.lighting import table_lamp
from vln_pipeline.scenes.procedural.furniture.seating import armchair, stool
from vln_pipeline.scenes.procedural.furniture.storage import bookshelf, cabinet, wardrobe
from vln_pipeline.scenes.procedural.model import Model, Pose
from vln_pipeline.scenes.procedural.placement import RoomSpace


def furnish_bedroom(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a bedroom: bed and nightstands, wardrobe, then what fits."""
    width, depth = space.size
    double = width * depth > 11 or rng.random() < 0.35
    widths = [1.8, 1.6, 1.4, 0.9] if double else [1.2, 0.9]
    any(_bed(space, rng, w, tables) for w in widths for tables in (2, 1, 0))
    for wide in (rng.uniform(1.6, 2.0), 1.5, 1.0):
        if space.against(rng, wardrobe(rng, wide, rng.uniform(1.95, 2.2)), where="corner", front=0.5):
            break
    if rng.random() < 0.65 * density:
        place_desk(space, rng, rng.uniform(1.0, 1.3))
    if rng.random() < density:
        chest = cabinet(rng, rng.uniform(0.8, 1.1), rng.uniform(0.75, 0.9), 0.44, "chest of drawers", rows=3)
        spot = space.against(rng, chest, front=0.4)
        if spot:
            side, at = spot
            space.hang(rng, mirror(0.6, 0.8, "wood"), 1.5, [side], at)
    if rng.random() < 0.5 * density:
        space.against(rng, bookshelf(rng, 0.8, rng.uniform(1.2, 1.9)), where="corner", front=0.4)
    if rng.random() < 0.5 * density:
        space.against(rng, armchair(rng), where="corner", gap=0.08, front=0.3)
    elif rng.random() < density:
        space.against(rng, stool(rng), gap=0.05)
    if rng.random() < density:
        space.against(rng, plant(rng, rng.uniform(0.7, 1.3)).centred(), where="corner", gap=0.05)
    if rng.random() < 0.5 * density:
        space.against(rng, basket(rng).centred(), where="corner", gap=0.04)


def _bed(space: RoomSpace, rng: np.random.Generator, width: float, tables: int) -> bool:
    """Stand a bed with its head at a wall and up to two nightstands with lamps; return whether they fit."""
    frame, table, lamp = bed(rng, width), nightstand(rng), table_lamp(rng)
    wide, deep, high = frame.size
    out = wide / 2 + table.size[0] / 2 + 0.05
    hands = ((-1, 1), ((-1,), (1,))[rng.integers(2)], ())[2 - tables]
    for side in rng.permutation(4).tolist():
        for at in space.spots(rng, side, wide + 0.04, "centre" if tables == 2 else "corner"):
            base = space.pose(side, at, 0.02)
            group: list[tuple[Model, Pose]] = [(frame, base)]
            group += [(table, beside(base, h * out, 0.0)) for h in hands]
            patch = (at - wide / 2, at + wide / 2, 0.0, high)
            if not space.wall_free(side, patch) or not space.stand(*group):
                continue
            sign = 1 if side in (0, 1) else -1
            span = (min(hands, default=0), max(hands, default=0))
            a, b = sorted((at + sign * span[0] * (out + 0.25), at + sign * span[1] * (out + 0.25)))
            space.cover(side, (min(a, patch[0]), max(b, patch[1]), 0.0, high))
            for h in hands:
                space.add(lamp, beside(base, h * out, 0.19, table.size[2]), block=False)
            if _roomy(space, base, wide, deep):
                carpet = rug(wide + 1.0, 1.5, int(rng.integers(4)))
                space.add(carpet, beside(base, 0.0, deep - 0.55), block=False)
            space.hang(rng, picture(min(wide * 0.55, 1.0), 0.55, int(rng.integers(6)), "wood"), 1.62, [side], at)
            return True
    return False


def _roomy(space: RoomSpace, base: Pose, wide: float, deep: float) -> bool:
    """Return whether a rug that reaches out at both sides and the foot of a bed lies in the room."""
    x0, y0, x1, y1 = space.rect
    corners = [beside(base, x, y) for x in (-wide / 2 - 0.5, wide / 2 + 0.5) for y in (deep - 1.3, deep + 0.2)]
    return all(x0 < c.x < x1 and y0 < c.y < y1 for c in corners)
