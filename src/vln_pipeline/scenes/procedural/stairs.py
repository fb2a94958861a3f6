"""A staircase of two flights side by side with a landing between them, and its railings."""

import numpy as np

from vln_pipeline.scenes.procedural.assembly import Assembly
from vln_pipeline.scenes.procedural.model import Model, Pose, model
from vln_pipeline.scenes.procedural.plan import SLAB, WALL, Cell, Plan
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, tube

RISER = 0.175
"""Height of a step that is aimed at, metres."""
GOING = 0.25
"""Depth of a tread, metres."""
RAIL = 0.9
"""Height of a handrail above the nosing line, metres."""
GAP = 0.1
"""Room between the flights, metres."""
NOSING = 0.02
TREAD = 0.03
"""Thickness of a tread, metres."""


def riser_count(rise: float) -> int:
    """Return the number of risers of about ``RISER`` for a storey height, metres."""
    return round(rise / RISER)


def build_stairs(assembly: Assembly, plan: Plan, cell: Cell) -> None:
    """Add steps and railings of the staircase in a cell.

    In their frame x runs across both flights, and y from the hallway, 0 on the face of its wall, to the landing.
    """
    rise = plan.height + SLAB
    x0, y0, x1, y1 = cell.inner
    hall = next(o for o in plan.openings if o.room == cell.name and o.kind == "passage")
    turned = hall.line > (y0 + y1) / 2
    face = hall.line + (WALL / 2 if turned else -WALL / 2)
    pose = Pose((x0 + x1) / 2, face, plan.level(cell.storey), np.pi if turned else 0.0)
    half = (x1 - x0) / 2
    assembly.add(_steps(half, y1 - y0 + WALL, rise), pose, cell.name)
    assembly.add(_railing(rise), pose, cell.name)
    assembly.add(_guard(half, rise), pose, cell.name)


def _flights(rise: float) -> tuple[float, int, int]:
    """Return the height of a riser, and how many lead to the landing and from there to the upper floor."""
    count = riser_count(rise)
    first = (count + 1) // 2
    return rise / count, first, count - first


def _steps(half: float, depth: float, rise: float) -> Model:
    """Return flights, solid down to the floor: up along -x, back along +x."""
    riser, first, second = _flights(rise)
    left, right, inner = -half, half, GAP / 2
    bodies: list[Solid] = []
    treads: list[Solid] = []

    def step(a: float, b: float, front: float, back: float, height: float, nose: float) -> None:
        bodies.append(box((a, front, 0), (b, back, height - TREAD)))
        treads.append(box((a, front + min(nose, 0), height - TREAD), (b, back + max(nose, 0), height)))

    for k in range(first - 1):
        y = WALL + k * GOING
        step(left, -inner, y, y + GOING, (k + 1) * riser, -NOSING)
    for k in range(second - 1):
        y = WALL + k * GOING
        step(inner, right, y, y + GOING, rise - (k + 1) * riser, NOSING)
    for a, b, count in ((left, 0.0, first), (0.0, right, second)):
        step(a, b, WALL + (count - 1) * GOING, depth, first * riser, -NOSING)
    return model("stairs", ("lacquer", bodies), ("wood", treads))


def _bars(xy: list[tuple[float, float]], feet: list[float]) -> list[Solid]:
    return [cylinder(0.011, z, z + RAIL - 0.02, 6).moved(x, y) for (x, y), z in zip(xy, feet, strict=True)]


def _railing(rise: float) -> Model:
    """Return balusters, newels and handrails of the inner sides of both flights."""
    riser, first, second = _flights(rise)
    bars: list[Solid] = []
    rails: list[Solid] = []
    for x, count, sign in ((-GAP / 2 - 0.03, first - 1, 1), (GAP / 2 + 0.03, second - 1, -1)):
        feet = [(k + 1) * riser if sign > 0 else rise - (k + 1) * riser for k in range(count)]
        ys = [WALL + (k + 0.5) * GOING for k in range(count)]
        bars += _bars([(x, y) for y in ys], feet)
        # The rail follows the pitch line half a tread beyond its first and last baluster.
        slope = sign * riser / GOING
        ends = [(ys[0] - GOING / 2, feet[0] - slope * GOING / 2), (ys[-1] + GOING / 2, feet[-1] + slope * GOING / 2)]
        rails.append(tube([(x, y, z + RAIL) for y, z in ends], 0.024))
        y = ends[-1][0]
        rails.append(
            box((x - 0.03, y - 0.03, first * riser - TREAD), (x + 0.03, y + 0.03, first * riser + RAIL + 0.15))
        )
    rails.append(box((-GAP / 2 - 0.06, WALL - 0.02, 0), (-GAP / 2, WALL + 0.04, riser + RAIL + 0.08)))
    return model("railing", ("black metal", bars), ("wood", rails))


def _guard(half: float, level: float) -> Model:
    """Return the railing that closes the upper floor above the first flight."""
    left, right, y = -half, -GAP / 2, WALL / 2
    xs = np.linspace(left + 0.06, right - 0.04, 9).tolist()
    rail = tube([(left, y, level + RAIL), (right, y, level + RAIL)], 0.024)
    newel = box((right - 0.07, y - 0.035, level), (right, y + 0.035, level + RAIL + 0.1))
    return model("railing", ("black metal", _bars([(x, y) for x in xs], [level] * 9)), ("wood", [rail, newel]))
