"""Curtains, blinds and radiators at windows; pictures on free walls."""

import numpy as np

from vln_pipeline.scenes.procedural.furniture.decor import blind, curtain, curtain_rod, picture, radiator
from vln_pipeline.scenes.procedural.placement import RoomSpace

PICTURES = 6
"""Different pictures in a home."""


def dress_windows(space: RoomSpace, rng: np.random.Generator) -> None:
    """Hang curtains or blinds at each window and stand radiators under high sills."""
    curtained = space.label in ("living room", "dining room", "bedroom", "study")
    variant = int(rng.integers(7))
    for side, (start, end, bottom, top) in space.windows:
        width, middle = end - start, (start + end) / 2
        if curtained:
            _curtains(space, rng, side, (start, end, top), variant)
        elif rng.random() < 0.6:
            space.add(
                blind(width + 0.06, rng.uniform(0.18, 0.45)), space.pose(side, middle, 0.0, top + 0.04), block=False
            )
        if 0.7 < bottom < 1.0 and rng.random() < 0.5:
            body = radiator(width * 0.85, 0.55)
            pose = space.pose(side, middle, 0.0, 0.1)
            patch = (middle - width * 0.45, middle + width * 0.45, 0.0, 0.75)
            if space.wall_free(side, patch) and space.stand((body, pose)):
                space.cover(side, patch)


def _curtains(
    space: RoomSpace, rng: np.random.Generator, side: int, opening: tuple[float, float, float], variant: int
) -> None:
    start, end, top = opening
    low, high = space.span(side)
    head = min(top + 0.14, space.height - 0.06)
    beside = min(0.34, start - low - 0.07, high - end - 0.07)
    if beside < 0.16:
        return
    inward = 0.08
    width = beside + inward
    for at in (start - beside / 2 + inward / 2, end + beside / 2 - inward / 2):
        patch = (at - width / 2 - 0.03, at + width / 2 + 0.03, 0.0, head + 0.05)
        pose = space.pose(side, at, 0.0, head)
        cloth = curtain(rng, width, head - 0.025, variant)
        footprint = space.footprint(cloth, pose)
        if space.fits(footprint):
            space.cover(side, patch)
            space.add(cloth, pose)
    space.add(curtain_rod(end - start + 2 * beside + 0.12), space.pose(side, (start + end) / 2, 0.0, head), block=False)


def pictures(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Hang pictures, alone or in pairs, at eye level on walls that are still free."""
    if space.label in ("bathroom", "closet", "laundry room"):
        return
    width, depth = space.size
    frame = ("wood", "black metal", "dark wood")[rng.integers(3)]
    for _ in range(max(1, round((width + depth) / 3))):
        if rng.random() > density:
            continue
        w, h = sorted(rng.uniform(0.35, 0.85, 2).tolist(), reverse=bool(rng.random() < 0.55))
        piece = picture(w, h, int(rng.integers(PICTURES)), frame)
        spot = space.hang(rng, piece, 1.52)
        if spot and rng.random() < 0.35:
            side, at = spot
            space.hang(rng, picture(w, h, int(rng.integers(PICTURES)), frame), 1.52, [side], at + w + 0.12)
