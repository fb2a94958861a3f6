"""Living rooms: a sofa that faces a television, and what gathers around."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.groups import beside, place_dining
from vln_pipeline.scenes.procedural.furniture.decor import plant, rug
from vln_pipeline.scenes.procedural.furniture.lighting import floor_lamp
from vln_pipeline.scenes.procedural.furniture.seating import armchair, sofa
from vln_pipeline.scenes.procedural.furniture.storage import bookshelf, cabinet, ornament, television
from vln_pipeline.scenes.procedural.furniture.tables import coffee_table, side_table
from vln_pipeline.scenes.procedural.model import Model, Pose, model
from vln_pipeline.scenes.procedural.placement import RoomSpace

TRIES = 60


def furnish_living_room(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a living room; a large one gets a dining table too."""
    seat = _seating(space, rng)
    width, depth = space.size
    if width * depth > 22:
        place_dining(space, rng, [(6, 1.7, 0.9), (4, 1.3, 0.85), (4, 1.05, 1.05)], central=False)
    if seat and rng.random() < density:
        _armchair(space, rng, seat)
    if rng.random() < density:
        space.against(rng, bookshelf(rng, rng.uniform(0.8, 1.2), rng.uniform(1.6, 2.1)), where="corner", front=0.5)
    if rng.random() < density:
        board = cabinet(rng, rng.uniform(1.2, 1.6), rng.uniform(0.72, 0.82), 0.42, "cabinet")
        spot = space.against(rng, board, front=0.5)
        if spot:
            for x in (-0.4, 0.35):
                space.add(model("vase", ornament(rng)), beside(space.pose(*spot), x, 0.22, board.size[2]), block=False)
    if rng.random() < density:
        space.against(rng, floor_lamp(rng).centred(), where="corner", gap=0.1)
    for _ in range(2):
        if rng.random() < density:
            space.against(rng, plant(rng, rng.uniform(0.9, 1.5)).centred(), where="corner", gap=0.06)


def _seating(space: RoomSpace, rng: np.random.Generator) -> Pose | None:
    """Place television, sofa, coffee table and rug as one; return the sofa's pose, or None where they do not fit."""
    for attempt in range(TRIES):
        side = int(rng.integers(4))
        wide = rng.uniform(1.9, 2.3) if attempt < TRIES // 2 else rng.uniform(1.5, 1.8)
        stand = cabinet(rng, rng.uniform(1.1, 1.8), rng.uniform(0.42, 0.5), 0.4, "tv stand")
        couch = sofa(rng, wide)
        reach = space.size[1 - side % 2]
        low, high = (v + s * wide / 2 for v, s in zip(space.span(side), (1.0, -1.0), strict=True))
        if high < low:
            continue
        at = float(rng.uniform(low, high))
        behind = (side + 2) % 4
        # A sofa in front of curtains stands clear of them.
        backed = reach - couch.size[1] - (0.17 if any(s == behind for s, _ in space.windows) else 0.06)
        distance = backed if backed < 3.6 else rng.uniform(2.8, 3.3)
        if distance < 1.9:
            continue
        screen = space.pose(side, at, 0.03)
        seat = beside(screen, 0.0, distance + couch.size[1], 0.0, np.pi)
        table = coffee_table(rng, rng.uniform(0.9, 1.15))
        low_table = beside(seat, 0.0, couch.size[1] + 0.36 + table.size[1] / 2)
        patch = (at - stand.size[0] / 2, at + stand.size[0] / 2, 0.0, 1.35)
        group: list[tuple[Model, Pose]] = [(stand, screen), (couch, seat), (table, low_table)]
        if not space.wall_free(side, patch) or not space.stand(*group):
            continue
        space.cover(side, patch)
        if distance == backed:
            space.cover(behind, (at - wide / 2, at + wide / 2, 0.0, 0.9))
        set_ = television(min(stand.size[0] * 0.85, rng.uniform(1.1, 1.4)))
        space.add(set_, beside(screen, 0.0, 0.08, stand.size[2]), block=False)
        carpet = rug(wide + rng.uniform(0.1, 0.5), rng.uniform(1.5, 1.9), int(rng.integers(4)))
        space.add(carpet, beside(seat, 0.0, couch.size[1] + 0.55), block=False)
        if rng.random() < 0.6:
            sign = (-1, 1)[rng.integers(2)]
            space.stand((side_table(rng), beside(seat, sign * (wide / 2 + 0.32), 0.2)))
        return seat
    return _corner_seating(space, rng)


def _corner_seating(space: RoomSpace, rng: np.random.Generator) -> Pose | None:
    """Stand a sofa along a wall with a coffee table and a rug, for rooms without a wall for a television."""
    for _ in range(TRIES):
        side, wide = int(rng.integers(4)), rng.uniform(1.5, 2.1)
        couch, table = sofa(rng, wide), coffee_table(rng, 0.9)
        low, high = (v + s * wide / 2 for v, s in zip(space.span(side), (1.0, -1.0), strict=True))
        if high < low:
            continue
        curtained = any(s == side for s, _ in space.windows)
        at = float(rng.uniform(low, high))
        seat = space.pose(side, at, 0.17 if curtained else 0.04)
        if not curtained and not space.wall_free(side, (at - wide / 2, at + wide / 2, 0.0, 0.9)):
            continue
        if space.stand((couch, seat), (table, beside(seat, 0.0, couch.size[1] + 0.36 + table.size[1] / 2))):
            space.cover(side, (at - wide / 2, at + wide / 2, 0.0, 0.9))
            space.add(rug(wide + 0.3, 1.6, int(rng.integers(4))), beside(seat, 0.0, couch.size[1] + 0.55), block=False)
            return seat
    return None


def _armchair(space: RoomSpace, rng: np.random.Generator, seat: Pose) -> None:
    """Stand an armchair at one end of the coffee table, turned towards it."""
    chair = armchair(rng)
    for sign in rng.permutation([-1, 1]).tolist():
        for out in (1.55, 1.75, 2.0):
            turn = sign * (np.pi / 2 - rng.uniform(0.0, 0.35))
            if space.stand((chair, beside(seat, sign * out, rng.uniform(1.3, 1.6), 0.0, turn))):
                return
