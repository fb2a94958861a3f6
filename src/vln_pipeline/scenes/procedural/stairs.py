"""A staircase of two flights side by side with a landing between them, and its railings."""

import numpy as np

from vln_pipeline.scenes.procedural.assembly import Assembly
from vln_pipeline.scenes.procedural.model import Pose, model
from vln_pipeline.scenes.procedural.plan import SLAB, WALL, Cell, Plan
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, tube

GOING = 0.25
"""Depth of a tread, metres."""
RAIL = 0.9
"""Height of a handrail above the nosing line, metres."""
GAP = 0.1
"""Room between the flights, metres."""
NOSING = 0.02


def riser_count(rise: float) -> int:
    """Return the even number of risers nearest to 0.175 m each for a storey height, metres."""
    return 2 * round(rise / 0.175 / 2)


def build_stairs(assembly: Assembly, plan: Plan, cell: Cell) -> None:
    """Add steps and railings of the staircase in a cell."""
    rise = plan.height + SLAB
    count = riser_count(rise)
    riser, half = rise / count, count // 2
    x0, y0, x1, y1 = cell.inner
    width = x1 - x0
    flight = (width - GAP) / 2
    run = (half - 1) * GOING
    # The frame of the flights: x across, y = 0 at the hallway, towards the landing.
    depth = y1 - y0 + WALL
    hall = next(o for o in plan.openings if o.room == cell.name and o.kind == "passage")
    turned = hall.line > (y0 + y1) / 2
    pose = Pose(
        (x0 + x1) / 2,
        hall.line + (WALL / 2 if turned else -WALL / 2),
        plan.level(cell.storey),
        np.pi if turned else 0.0,
    )
    left, right = -width / 2, width / 2
    setback = WALL
    bodies: list[Solid] = []
    treads: list[Solid] = []
    for k in range(half - 1):
        y = setback + k * GOING
        bodies.append(box((left, y, 0), (left + flight, y + GOING, (k + 1) * riser - 0.03)))
        treads.append(box((left, y - NOSING, (k + 1) * riser - 0.03), (left + flight, y + GOING, (k + 1) * riser)))
        top = rise - (k + 1) * riser
        bodies.append(box((right - flight, y, 0), (right, y + GOING, top - 0.03)))
        treads.append(box((right - flight, y, top - 0.03), (right, y + GOING + NOSING, top)))
    landing = setback + run
    bodies.append(box((left, landing, 0), (right, depth, half * riser - 0.03)))
    treads.append(box((left, landing - NOSING, half * riser - 0.03), (right, depth, half * riser)))
    assembly.add(model("stairs", ("lacquer", bodies), ("wood", treads)), pose, cell.name)
    assembly.add(
        model("railing", *_railing(left + flight, right - flight, setback, landing, riser, half, rise)), pose, cell.name
    )
    guard = _guard(left, left + flight, WALL / 2, rise)
    assembly.add(model("railing", *guard), pose, cell.name)


def _posts(xy: list[tuple[float, float]], low: list[float], high: list[float]) -> list[Solid]:
    return [cylinder(0.011, a, b, 6).moved(x, y) for (x, y), a, b in zip(xy, low, high, strict=True)]


def _railing(
    left: float, right: float, start: float, landing: float, riser: float, half: int, rise: float
) -> list[tuple[str, list[Solid]]]:
    """Return balusters, newels and handrails of the inner sides of both flights."""
    bars, rails = [], []
    for x, sign in ((left - 0.03, 1), (right + 0.03, -1)):
        for k in range(half - 1):
            y = start + (k + 0.5) * GOING
            foot = (k + 1) * riser if sign > 0 else rise - (k + 1) * riser
            bars += _posts([(x, y)], [foot], [foot + RAIL - 0.02])
        foot_start = riser if sign > 0 else rise - riser
        foot_end = (half - 1) * riser if sign > 0 else rise - (half - 1) * riser
        rails.append(
            tube(
                [
                    (x, start + 0.5 * GOING - 0.1, foot_start + RAIL - sign * 0.07),
                    (x, landing - 0.5 * GOING + 0.1, foot_end + RAIL + sign * 0.07),
                ],
                0.024,
            )
        )
        newel_high = half * riser + RAIL + 0.12
        rails.append(box((x - 0.03, landing - 0.03, half * riser), (x + 0.03, landing + 0.03, newel_high)))
    rails.append(box((left - 0.06, start - 0.02, 0), (left, start + 0.04, riser + RAIL + 0.08)))
    return [("black metal", bars), ("wood", rails)]


def _guard(left: float, right: float, y: float, level: float) -> list[tuple[str, list[Solid]]]:
    """Return the railing that closes the upper floor above the first flight."""
    xs = np.linspace(left + 0.06, right - 0.04, 9)
    bars = _posts([(float(x), y) for x in xs], [level] * 9, [level + RAIL] * 9)
    rail = tube([(left, y, level + RAIL), (right, y, level + RAIL)], 0.024)
    newel = box((right - 0.07, y - 0.035, level), (right, y + 0.035, level + RAIL + 0.1))
    return [("black metal", bars), ("wood", [rail, newel])]
