"""Sanitary ware and washing machines."""

import numpy as np

from vln_pipeline.scenes.procedural.furniture.storage import fronts
from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, lathe, rounded_box, sheet, tube


def toilet() -> Model:
    """Return a close-coupled toilet with its lid open or shut against the cistern."""
    bowl = lathe(
        [
            (0, 0),
            (0.11, 0),
            (0.105, 0.08),
            (0.12, 0.2),
            (0.18, 0.34),
            (0.19, 0.4),
            (0.15, 0.4),
            (0.13, 0.32),
            (0.06, 0.2),
            (0, 0.19),
        ],
        24,
    )
    bowl = bowl.scaled(y=1.32).moved(0, 0.45)
    seat = (
        lathe([(0.125, 0.402), (0.19, 0.402), (0.195, 0.412), (0.185, 0.425), (0.13, 0.425), (0.125, 0.402)], 24)
        .scaled(y=1.3)
        .moved(0, 0.45)
    )
    neck = rounded_box((-0.12, 0.08, 0), (0.12, 0.34, 0.36), 0.03, 2)
    tank = rounded_box((-0.19, 0.01, 0.38), (0.19, 0.18, 0.76), 0.025, 2)
    lid = rounded_box((-0.2, 0.005, 0.762), (0.2, 0.19, 0.79), 0.012, 2)
    raised = (
        lathe([(0, -0.01), (0.185, -0.01), (0.185, 0.01), (0, 0.01)], 24)
        .scaled(y=1.2)
        .turned(1.48, axis=0)
        .moved(0, 0.215, 0.64)
    )
    button = cylinder(0.022, 0.79, 0.797, 14).moved(0, 0.1)
    return model("toilet", ("ceramic", [bowl, neck, tank, lid]), ("plastic", [seat, raised]), ("chrome", button))


def _tap(z: float, y: float) -> list[Solid]:
    body = tube([(0, y, z), (0, y, z + 0.12), (0, y + 0.05, z + 0.15), (0, y + 0.13, z + 0.13)], 0.014, 10)
    return [
        body,
        cylinder(0.024, z, z + 0.015, 14).moved(0, y),
        tube([(0, y, z + 0.14), (0, y - 0.01, z + 0.19)], 0.008, 8),
    ]


def washbasin(rng: np.random.Generator, width: float) -> Model:
    """Return a basin on a vanity unit."""
    x, depth, top = width / 2, 0.46, 0.84
    role = ("wood", "lacquer", "dark wood")[rng.integers(3)]
    body = box((-x, 0, 0.22), (x, depth - 0.02, top - 0.03))
    doors, handles = fronts(-x, x, 0.22, top - 0.03, depth - 0.02, 1 if width < 0.7 else 2, 2, "drawer")
    plate = rounded_box((-x - 0.01, 0, top - 0.03), (x + 0.01, depth + 0.01, top), 0.006, 1)
    bowl = (
        lathe(
            [(0, 0.0), (0.1, 0.0), (0.17, 0.06), (0.19, 0.12), (0.18, 0.125), (0.155, 0.06), (0.08, 0.02), (0, 0.018)],
            24,
        )
        .scaled(x=1.1)
        .moved(0, 0.25, top)
    )
    return model(
        "sink",
        (role, [body, *doors]),
        ("handle", handles),
        ("stone", plate),
        ("ceramic", bowl),
        ("chrome", [s.moved() for s in _tap(top, 0.05)]),
    )


def bathtub(length: float) -> Model:
    """Return a built-in bathtub along x with its long side at the wall and the tap at one end."""
    x, width, top, wall = length / 2, 0.75, 0.56, 0.055
    n = 28
    angle = np.linspace(0, 2 * np.pi, n, endpoint=False)
    # Superellipses make the rounded hollow; the rim joins the outermost to the box.
    unit = np.stack(
        [
            np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** 0.45,
            np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.45,
        ],
        axis=1,
    )
    middle = np.array([0.0, width / 2])
    rim = unit / np.abs(unit).max(axis=1, keepdims=True) * (x, width / 2) + middle
    rings = [np.c_[rim, np.full(n, 0.0)], np.c_[rim, np.full(n, top)]]
    for shrink, z in ((1.0, top), (0.97, top - 0.05), (0.92, 0.25), (0.8, 0.14), (0.4, 0.12)):
        rings.append(np.c_[unit * (np.array([x, width / 2]) - wall) * shrink + middle, np.full(n, z)])
    points = np.stack(rings, axis=1)
    points = np.concatenate([points, points[:1]])
    points = np.concatenate([points, np.broadcast_to([0.0, width / 2, 0.12], (n + 1, 1, 3))], axis=1)
    rows, columns = points.shape[:2]
    index = np.arange(rows * columns, dtype=np.int32).reshape(rows, columns)
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:]
    faces = np.stack([np.stack([a, b, c], -1), np.stack([a, c, d], -1)], axis=2).reshape(-1, 3)
    flat = points.reshape(-1, 3)
    tub = Solid(flat, faces, flat[:, [0, 1]])
    tap = [s.turned(-np.pi / 2).moved(-x + 0.0, width / 2, 0) for s in _tap(top, 0.03)]
    return model("bathtub", ("ceramic", tub), ("chrome", tap))


def shower(edge: float) -> Model:
    """Return a corner shower: tray, two panes of glass, riser and head; walls at y = 0 and -x."""
    x, top = edge / 2, 1.95
    tray = [rounded_box((-x, 0, 0), (x, edge, 0.07), 0.015, 1)]
    glass = [
        box((x - 0.01, 0.0, 0.07), (x - 0.002, edge - 0.01, top)),
        box((-x + 0.45 * edge, edge - 0.01, 0.07), (x, edge - 0.002, top)),
    ]
    rail = [
        box((x - 0.014, 0, top), (x + 0.002, edge, top + 0.02)),
        box((-x + 0.45 * edge, edge - 0.014, top), (x, edge + 0.002, top + 0.02)),
    ]
    rail += [
        tube([(0, 0.03, 1.0), (0, 0.03, 2.05), (0, 0.12, 2.12), (0, 0.3, 2.12)], 0.011, 8),
        cylinder(0.11, 2.085, 2.1, 20).moved(0, 0.3),
    ]
    rail += [rounded_box((-0.12, 0.0, 0.98), (0.12, 0.05, 1.03), 0.015, 2)]
    return model("shower", ("ceramic", tray), ("glass", glass), ("chrome", rail))


def washing_machine(category: str = "washing machine") -> Model:
    """Return a front loader."""
    x, y, top = 0.3, 0.57, 0.85
    body = rounded_box((-x, 0, 0.01), (x, y, top), 0.012, 1)
    ring = (
        lathe([(0.13, 0.0), (0.19, 0.0), (0.19, 0.02), (0.165, 0.035), (0.13, 0.02), (0.13, 0.0)], 24)
        .turned(-np.pi / 2, axis=0)
        .moved(0, y, 0.44)
    )
    door = lathe([(0, 0), (0.135, 0), (0.12, 0.03), (0, 0.045)], 24).turned(-np.pi / 2, axis=0).moved(0, y, 0.44)
    dial = cylinder(0.03, 0, 0.02, 16).turned(-np.pi / 2, axis=0).moved(-0.05, y, 0.77)
    panel = box((0.03, y, 0.735), (0.22, y + 0.003, 0.8))
    drawer = box((-0.27, y, 0.73), (-0.13, y + 0.006, 0.81))
    return model(category, ("plastic", [body, drawer]), ("chrome", [ring, dial]), ("black glass", [door, panel]))


def towel_rail(rng: np.random.Generator) -> Model:
    """Return a heated ladder rail with a towel, its foot at z = 0."""
    x, height = 0.24, 1.0
    bars = [tube([(a, 0.05, 0), (a, 0.05, height)], 0.014, 8) for a in (-x, x)]
    bars += [tube([(-x, 0.05, z), (x, 0.05, z)], 0.009, 6) for z in np.linspace(0.06, height - 0.06, 9).tolist()]
    t = np.linspace(0, 1, 9)
    back, front = np.c_[np.full(9, 0.035), 0.45 + 0.35 * t], np.c_[np.full(9, 0.078), 0.8 - 0.5 * t]
    profile = np.concatenate([back, [(0.045, 0.82), (0.068, 0.82)], front])
    xs = np.linspace(-0.17, 0.17, 6)
    points = np.stack([np.stack([np.full(len(profile), a), profile[:, 0], profile[:, 1]], -1) for a in xs])
    return model("towel rack", ("chrome", bars), (f"towel {rng.integers(4)}", sheet(points, 0.008)))
