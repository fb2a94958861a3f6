"""Kitchens: one run of units along a wall, and a table where there is room."""

import numpy as np

from vln_pipeline.scenes.procedural.furnishing.groups import beside, place_dining
from vln_pipeline.scenes.procedural.furniture import kitchen as units
from vln_pipeline.scenes.procedural.furniture.decor import plant
from vln_pipeline.scenes.procedural.model import Model, Pose
from vln_pipeline.scenes.procedural.placement import RoomSpace

FRIDGE = 0.64
UPPER_HEIGHT = 0.72


def furnish_kitchen(space: RoomSpace, rng: np.random.Generator, density: float) -> None:
    """Fill a kitchen."""
    order = sorted(rng.permutation(4).tolist(), key=lambda s: -round(space.size[s % 2], 1))
    for count in (6, 5, 4, 3):
        if any(_run(space, rng, side, count) for side in order):
            break
    place_dining(space, rng, [(4, 1.2, 0.8), (2, 0.75, 0.75)], central=False)
    if rng.random() < density:
        space.against(rng, plant(rng, rng.uniform(0.6, 1.1)).centred(), where="corner", gap=0.05)


def _run(space: RoomSpace, rng: np.random.Generator, side: int, count: int) -> bool:
    """Stand a fridge and ``count`` units of 0.6 m along a wall; return whether they fit."""
    length = FRIDGE + count * units.UNIT
    start, end = space.span(side)
    mirrored = bool(rng.integers(2))
    for at in space.spots(rng, side, length + 0.01, "corner"):
        # Positions along the run are measured from the fridge's end.
        sign = -1.0 if mirrored else 1.0
        first = at - sign * length / 2

        def along(s: float, first: float = first, sign: float = sign) -> float:
            return first + sign * s

        stove_at, sink_at = _order(space, side, [along(FRIDGE + (k + 0.5) * units.UNIT) for k in range(count)], rng)
        fridge = units.refrigerator(rng)
        group: list[tuple[Model, Pose]] = [(fridge, space.pose(side, along(FRIDGE / 2), 0.01))]
        low, high = sorted((along(0.0), along(FRIDGE)))
        if not space.wall_free(side, (low, high, 0.0, fridge.size[2])):
            continue
        low, high = sorted((along(FRIDGE), along(length)))
        if not space.wall_free(side, (low, high, 0.0, units.TOP + 0.06)) or low < start - 1e-6 or high > end + 1e-6:
            continue
        spans = []
        for k in range(count):
            middle = along(FRIDGE + (k + 0.5) * units.UNIT)
            thing = (
                units.stove() if k == stove_at else units.base_units(units.UNIT, drawers=k != sink_at and k % 2 == 1)
            )
            group.append((thing, space.pose(side, middle, 0.0)))
            spans.append((middle - units.UNIT / 2, middle + units.UNIT / 2))
        if not space.stand(*group):
            continue
        _top(space, rng, side, spans, stove_at, sink_at)
        space.cover(side, (min(along(0), along(FRIDGE)), max(along(0), along(FRIDGE)), 0.0, 2.2))
        space.cover(side, (low, high, 0.0, units.TOP + 0.06))
        return True
    return False


def _order(space: RoomSpace, side: int, middles: list[float], rng: np.random.Generator) -> tuple[int, int]:
    """Return which units hold the stove and the sink: the sink under a window where there is one."""
    count = len(middles)
    under = [k for k, m in enumerate(middles) for s, (a, b, *_) in space.windows if s == side and a < m < b]
    sink_at = under[len(under) // 2] if under else int(rng.integers(0, max(1, count // 2)))
    free = [k for k in range(count) if abs(k - sink_at) > 1 and k not in under] or [
        k for k in range(count) if k != sink_at
    ]
    return free[rng.integers(len(free))], sink_at


def _top(
    space: RoomSpace, rng: np.random.Generator, side: int, spans: list[tuple[float, float]], stove_at: int, sink_at: int
) -> None:
    """Add counters, sink, wall cabinets, hood and small things above a run."""
    lowest, highest = min(a for a, _ in spans), max(b for _, b in spans)
    stove_low, stove_high = spans[stove_at]
    sink_middle = sum(spans[sink_at]) / 2
    # Side walls run with the model's x for south and east, against it for north and west.
    sign = 1.0 if side in (0, 1) else -1.0
    for a, b in ((lowest, stove_low), (stove_high, highest)):
        if b - a < 0.1:
            continue
        middle = (a + b) / 2
        half = (b - a) / 2
        sinks = [sign * (sink_middle - middle)] if a < sink_middle < b else []
        space.add(units.counter(-half, half, sinks), space.pose(side, middle), block=False)
    space.add(units.sink(), space.pose(side, sink_middle), block=False)
    base = space.pose(side, sum(spans[stove_at]) / 2)
    hood = units.hood(space.height - 0.002)
    if space.wall_free(side, (stove_low, stove_high, 1.6, space.height)):
        space.add(hood, base, block=False)
        space.cover(side, (stove_low, stove_high, 1.0, space.height))
    for k, (a, b) in enumerate(spans):
        middle = (a + b) / 2
        if space.wall_free(side, (a, b, units.TOP + 0.07, units.UPPER_LOW)):
            space.add(units.backsplash(b - a, units.TOP, units.UPPER_LOW), space.pose(side, middle), block=False)
        if k != stove_at and space.wall_free(side, (a, b, units.UPPER_LOW, units.UPPER_LOW + UPPER_HEIGHT)):
            space.add(
                units.upper_units(b - a, UPPER_HEIGHT), space.pose(side, middle, 0.0, units.UPPER_LOW), block=False
            )
            space.cover(side, (a, b, units.UPPER_LOW, units.UPPER_LOW + UPPER_HEIGHT))
        if k not in (stove_at, sink_at) and rng.random() < 0.6:
            space.add(units.clutter(rng), beside(space.pose(side, middle), 0.0, 0.12, units.TOP), block=False)
