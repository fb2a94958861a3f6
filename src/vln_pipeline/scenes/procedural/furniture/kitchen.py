"""A kitchen run of standard 0.6 m units, and the appliances beside it."""

import numpy as np

from vln_pipeline.scenes.procedural.furniture.storage import fronts
from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, lathe, rounded_box, tube

UNIT, DEPTH, TOP = 0.6, 0.6, 0.9
COUNTER = 0.035
UPPER_LOW, UPPER_DEPTH = 1.45, 0.34


def _plate(x0: float, x1: float, holes: list[tuple[float, float]]) -> list[Solid]:
    """Return a counter from ``x0`` to ``x1`` with holes given as (middle, half width) along x for sinks."""
    y0, y1, low = 0.12, 0.5, TOP - COUNTER
    solids = [box((x0, 0, low), (x1, y0, TOP)), box((x0, y1, low), (x1, DEPTH + 0.03, TOP))]
    edges = [x0, *(e for m, h in holes for e in (m - h, m + h)), x1]
    solids += [box((a, y0, low), (b, y1, TOP)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return solids


def base_units(width: float, drawers: bool) -> Model:
    """Return base cabinets of a total width, without a counter."""
    x = width / 2
    body = [box((-x, 0, 0.1), (x, DEPTH - 0.02, TOP - COUNTER)), box((-x, 0.02, 0), (x, DEPTH - 0.08, 0.1))]
    columns = max(1, round(width / UNIT))
    if drawers:
        doors, handles = fronts(-x, x, 0.1, TOP - COUNTER, DEPTH - 0.02, columns, 3, "drawer")
    else:
        doors, handles = fronts(-x, x, 0.1, TOP - COUNTER, DEPTH - 0.02, columns, 1)
    return model("kitchen cabinet", ("kitchen front", [*body, *doors]), ("handle", handles))


def counter(x0: float, x1: float, sinks: list[float]) -> Model:
    """Return the worktop of a run and its low upstand, with holes for sinks centred at positions along x."""
    upstand = box((x0, 0, TOP), (x1, 0.015, TOP + 0.06))
    return model("counter", ("counter", [*_plate(x0, x1, [(s, 0.25) for s in sinks]), upstand]))


def sink() -> Model:
    """Return a basin let into a counter, with its tap, about x = 0."""
    x, y0, y1, low, t = 0.25, 0.12, 0.5, TOP - 0.17, 0.004
    steel = [box((-x, y0, low - t), (x, y1, low))]
    steel += [box((-x, y0, low), (-x + t, y1, TOP)), box((x - t, y0, low), (x, y1, TOP))]
    steel += [box((-x, y0, low), (x, y0 + t, TOP)), box((-x, y1 - t, low), (x, y1, TOP))]
    rim = [
        box((-x - 0.02, y0 - 0.02, TOP), (-x, y1 + 0.02, TOP + t)),
        box((x, y0 - 0.02, TOP), (x + 0.02, y1 + 0.02, TOP + t)),
    ]
    rim += [box((-x, y0 - 0.02, TOP), (x, y0, TOP + t)), box((-x, y1, TOP), (x, y1 + 0.02, TOP + t))]
    drain = cylinder(0.035, low, low + 0.004, 14).moved(0, 0.31)
    arc = [(0, 0.07 + 0.09 * (1 - np.cos(a)), TOP + 0.22 + 0.09 * np.sin(a)) for a in np.linspace(0, np.pi, 8)]
    tap = [
        tube([(0, 0.07, TOP), *arc, (0, 0.25, TOP + 0.17)], 0.013, 10),
        cylinder(0.026, TOP, TOP + 0.02, 14).moved(0, 0.07),
    ]
    tap.append(tube([(0.0, 0.07, TOP + 0.06), (0.07, 0.07, TOP + 0.08)], 0.008, 8))
    return model("sink", ("steel", [*steel, *rim, drain]), ("chrome", tap))


def stove() -> Model:
    """Return a cooker: oven with a glass door below, four-zone hob above, flush with the counter."""
    x, y = UNIT / 2 - 0.002, DEPTH - 0.01
    body = [box((-x, 0, 0.08), (x, y, TOP)), box((-x + 0.02, 0.03, 0), (x - 0.02, y - 0.06, 0.08))]
    glass = [
        rounded_box((-x + 0.03, y, 0.2), (x - 0.03, y + 0.022, 0.68), 0.006, 1),
        rounded_box((-x + 0.01, 0.04, TOP), (x - 0.01, y - 0.02, TOP + 0.008), 0.003, 1),
    ]
    rings = [
        lathe([(r, 0.008), (r + 0.006, 0.008), (r + 0.006, 0.0095), (r, 0.0095), (r, 0.008)], 20).moved(a, b, TOP)
        for a, b, r in ((-0.13, 0.18, 0.07), (0.13, 0.18, 0.09), (-0.13, 0.42, 0.09), (0.13, 0.42, 0.07))
    ]
    grip = tube(
        [(-0.22, y + 0.02, 0.7), (-0.22, y + 0.05, 0.71), (0.22, y + 0.05, 0.71), (0.22, y + 0.02, 0.7)], 0.009, 8
    )
    knobs = [
        cylinder(0.019, 0, 0.022, 10).turned(-np.pi / 2, axis=0).moved(a, y, 0.815)
        for a in (-0.2, -0.12, -0.04, 0.04, 0.12, 0.2)
    ]
    pot = lathe(
        [
            (0, 0.012),
            (0.1, 0.012),
            (0.1, 0.12),
            (0.104, 0.125),
            (0.096, 0.125),
            (0.06, 0.142),
            (0.012, 0.146),
            (0.018, 0.165),
            (0, 0.168),
        ],
        20,
    ).moved(0.13, 0.18, TOP)
    return model("stove", ("steel", body), ("black glass", glass), ("plastic", rings), ("chrome", [grip, *knobs, pot]))


def hood(ceiling: float) -> Model:
    """Return an extractor hood with its chimney up to the ceiling; z above the floor."""
    low, y = 1.62, 0.48
    skirt = box((-0.3, 0, low), (0.3, y, low + 0.06))
    taper = np.array([(-0.3, 0), (0.3, 0), (0.3, y), (-0.3, y)])
    ring = np.r_[
        np.c_[taper, np.full(4, low + 0.06)],
        [(-0.13, 0.0, low + 0.26), (0.13, 0.0, low + 0.26), (0.13, 0.26, low + 0.26), (-0.13, 0.26, low + 0.26)],
    ]
    cone = Solid(
        ring,
        np.array(
            [[i, (i + 1) % 4, 4 + (i + 1) % 4] for i in range(4)]
            + [[i, 4 + (i + 1) % 4, 4 + i] for i in range(4)]
            + [[0, 2, 1], [0, 3, 2], [4, 5, 6], [4, 6, 7]],
            dtype=np.int32,
        ),
        ring[:, [0, 2]],
    )
    return model("range hood", ("steel", [skirt, cone, box((-0.13, 0, low + 0.26), (0.13, 0.26, ceiling))]))


def upper_units(width: float, height: float) -> Model:
    """Return wall cabinets; their foot is at z = 0."""
    x = width / 2
    doors, handles = fronts(-x, x, 0, height, UPPER_DEPTH - 0.02, max(1, round(width / 0.5)), 1)
    handles = [h.moved(z=-height / 2 + 0.12) for h in handles]
    return model(
        "kitchen cabinet",
        ("kitchen front", [box((-x, 0, 0), (x, UPPER_DEPTH - 0.02, height)), *doors]),
        ("handle", handles),
    )


def backsplash(width: float, low: float, high: float) -> Model:
    """Return tiles on the wall between counter and wall cabinets."""
    return model("wall", ("tiled wall", box((-width / 2, 0, low), (width / 2, 0.008, high))))


def refrigerator(rng: np.random.Generator) -> Model:
    """Return a fridge-freezer."""
    role = ("steel", "plastic")[rng.integers(2)]
    x, y, top, split = 0.3, 0.62, rng.uniform(1.75, 1.9), rng.uniform(0.6, 0.75)
    body = box((-x, 0.03, 0.04), (x, y, top))
    doors = [
        rounded_box((-x, y + 0.006, a), (x, y + 0.05, b), 0.012, 2)
        for a, b in ((0.06, split - 0.005), (split + 0.005, top))
    ]
    grips = [
        tube(
            [
                (x - 0.06, y + 0.05, a),
                (x - 0.06, y + 0.085, a + 0.03),
                (x - 0.06, y + 0.085, b - 0.03),
                (x - 0.06, y + 0.05, b),
            ],
            0.01,
            8,
        )
        for a, b in ((split - 0.42, split - 0.06), (split + 0.06, split + 0.5))
    ]
    feet = box((-x + 0.02, 0.06, 0), (x - 0.02, y - 0.03, 0.04))
    return model("refrigerator", (role, [body, *doors]), ("chrome", grips), ("black plastic", feet))


def clutter(rng: np.random.Generator) -> Model:
    """Return small things for a counter, standing on z = 0: a kettle, or jars, or a bread board."""
    style = rng.integers(3)
    if style == 0:
        kettle = lathe([(0, 0), (0.08, 0), (0.085, 0.02), (0.06, 0.19), (0.02, 0.205), (0.02, 0.22), (0, 0.22)], 18)
        handle = tube([(0.055, 0, 0.18), (0.11, 0, 0.17), (0.115, 0, 0.07), (0.078, 0, 0.05)], 0.009, 8)
        return model("kettle", ("steel", kettle.moved(0, 0.12)), ("black plastic", handle.moved(0, 0.12)))
    if style == 1:
        jars = [cylinder(0.045, 0, h, 14).moved(a, 0.1) for a, h in ((-0.12, 0.16), (0.0, 0.2), (0.12, 0.13))]
        lids = [cylinder(0.047, h, h + 0.018, 14).moved(a, 0.1) for a, h in ((-0.12, 0.16), (0.0, 0.2), (0.12, 0.13))]
        return model("jar", ("ceramic", jars), ("wood", lids))
    boards = [box((-0.14, 0, 0), (0.14, 0.02, 0.36)).turned(-0.12, axis=0).moved(0, 0.05, 0.003)]
    block = rounded_box((0.2, 0.05, 0), (0.3, 0.2, 0.22), 0.01, 1)
    knives = [box((0.215 + 0.03 * k, 0.1, 0.22), (0.23 + 0.03 * k, 0.13, 0.31)) for k in range(3)]
    return model("cutting board", ("wood", boards), ("dark wood", block), ("black plastic", knives))
