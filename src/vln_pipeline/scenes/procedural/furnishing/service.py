"""Hallways, closets and laundry rooms."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.groups import beside
from vln_pipeline.scenes.procedural.furniture.bathroom import washing_machine
from vln_pipeline.scenes.procedural.furniture.decor import basket, coat_rack, mirror, plant, rug
from vln_pipeline.scenes.procedural.furniture.seating import bench
from vln_pipeline.scenes.procedural.furniture.storage import cabinet, clothes_rail, ornament, rack
from vln_pipeline.scenes.procedural.furniture.tables import console
from vln_pipeline.scenes.procedural.model import Pose, model
from vln_pipeline.scenes.procedural.placement import RoomSpace


def furnish_hallway(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a hallway: a narrow piece with a mirror, coats, a runner."""
    space.hang(rng, coat_rack(rng, rng.uniform(0.7, 1.0)), 1.68)
    for _ in range(2):
        if rng.random() > density:
            continue
        style = rng.integers(3)
        if style == 0:
            piece = console(rng, rng.uniform(0.8, 1.1))
        elif style == 1:
            piece = cabinet(rng, rng.uniform(0.8, 1.1), rng.uniform(0.8, 1.0), 0.28, "shoe cabinet", rows=2)
        else:
            piece = bench(rng.uniform(0.9, 1.1))
        spot = space.against(rng, piece, gap=0.015)
        if spot:
            side, at = spot
            if style < 2:
                space.add(
                    model("vase", ornament(rng)), beside(space.pose(side, at), 0.2, 0.15, piece.size[2]), block=False
                )
            space.hang(rng, mirror(rng.uniform(0.5, 0.7), rng.uniform(0.7, 0.95), "dark wood"), 1.5, [side], at)
    if rng.random() < 0.6 * density:
        space.against(rng, plant(rng, rng.uniform(0.6, 1.0)).centred(), where="corner", gap=0.05)
    width, depth = space.size
    if rng.random() < density:
        long, wide = min(0.5 * max(width, depth), 2.6), min(width, depth) * 0.5
        middle = space.middle()
        space.add(
            rug(long, wide, int(rng.integers(4))),
            Pose(middle.x, middle.y, 0.0, 0.0 if width > depth else np.pi / 2),
            block=False,
        )


def furnish_closet(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a walk-in closet."""
    for wide in (1.4, 1.0, 0.7):
        if space.against(rng, rack(rng, wide, rng.uniform(1.7, 2.0)), gap=0.01):
            break
    for wide in (1.4, 1.0):
        if space.against(rng, clothes_rail(rng, wide), gap=0.02):
            break
    for _ in range(2):
        if rng.random() < density:
            space.against(rng, basket(rng).centred(), where="corner", gap=0.03)


def furnish_laundry_room(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a laundry room."""
    spot = space.against(rng, washing_machine(), where="corner", front=0.4)
    if spot and rng.random() < density:
        side, at = spot
        for shift in (0.62, -0.62):
            patch = (at + shift - 0.31, at + shift + 0.31, 0.0, 0.86)
            dryer = washing_machine("clothes dryer")
            if space.wall_free(side, patch) and space.stand((dryer, space.pose(side, at + shift, 0.02))):
                space.cover(side, patch)
                break
    for wide in (1.2, 0.8):
        if space.against(rng, rack(rng, wide, rng.uniform(1.6, 1.9)), gap=0.01):
            break
    for _ in range(2):
        if rng.random() < density:
            space.against(rng, basket(rng).centred(), where="corner", gap=0.03)
