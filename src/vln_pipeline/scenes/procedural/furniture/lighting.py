"""Lamps: ceiling, floor and table."""

import numpy as np

from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import box, cylinder, lathe, tube


def flush_lamp(rng: np.random.Generator) -> tuple[Model, float]:
    """Return a ceiling lamp whose origin is on the ceiling, and how far it hangs down, metres."""
    if rng.random() < 0.5:
        radius = rng.uniform(0.17, 0.23)
        dome = lathe([(0, -0.10), (radius * 0.55, -0.085), (radius * 0.9, -0.045), (radius, -0.015), (0, -0.015)], 20)
        rim = lathe([(0, -0.02), (radius + 0.015, -0.02), (radius + 0.015, 0), (0, 0)], 20)
        return model("lamp", ("lamp glow", dome), ("steel", rim)), 0.10
    half = rng.uniform(0.18, 0.26)
    glow = box((-half, -half, -0.055), (half, half, -0.012))
    rim = box((-half - 0.012, -half - 0.012, -0.04), (half + 0.012, half + 0.012, 0))
    return model("lamp", ("lamp glow", glow), ("lacquer", rim)), 0.055


def pendant_lamp(rng: np.random.Generator) -> tuple[Model, float]:
    """Return a lamp on a cord whose origin is on the ceiling, and how far it hangs down, metres."""
    drop, radius = rng.uniform(0.45, 0.6), rng.uniform(0.2, 0.27)
    height = rng.uniform(0.16, 0.24)
    style = rng.integers(3)
    top = (0.85, 0.35, 0.6)[style] * radius
    wall = 0.004
    if style == 1:
        outer = [(radius * np.cos(a), -drop + height * np.sin(a)) for a in np.linspace(0, 1.3, 7)]
    else:
        outer = [(radius, -drop), (top, -drop + height)]
    inner = [(r - wall, z) for r, z in outer[::-1]]
    shade = lathe([inner[-1], *outer, *inner], 22)
    bulb = lathe([(0.045 * np.sin(a), -drop + height * 0.45 - 0.045 * np.cos(a)) for a in np.linspace(0, np.pi, 7)], 10)
    cord = tube([(0, 0, -drop + height * 0.6), (0, 0, 0)], 0.004, 6)
    holder = cylinder(0.02, -drop + height * 0.55, -drop + height, 10)
    rose = cylinder(0.05, -0.025, 0, 14)
    role = "black metal" if style == 1 else "lamp shade"
    return model("lamp", (role, shade), ("lamp glow", bulb), ("black metal", [cord, holder, rose])), drop


def floor_lamp(rng: np.random.Generator) -> Model:
    """Return a standing lamp."""
    height, radius = rng.uniform(1.45, 1.65), rng.uniform(0.17, 0.22)
    shade = lathe(
        [
            (radius - 0.004, height - 0.26),
            (radius, height - 0.26),
            (radius * 0.75, height),
            (radius * 0.75 - 0.004, height),
            (radius - 0.004, height - 0.26),
        ],
        20,
    )
    bulb = lathe([(0.04 * np.sin(a), height - 0.14 - 0.04 * np.cos(a)) for a in np.linspace(0, np.pi, 6)], 10)
    if rng.random() < 0.5:
        feet = [
            tube([(0, 0, height - 0.35), (0.24 * np.cos(a), 0.24 * np.sin(a), 0.0)], 0.011, 6) for a in (0.5, 2.6, 4.7)
        ]
        stand = [*feet, tube([(0, 0, height - 0.37), (0, 0, height - 0.15)], 0.011, 6)]
        return model("lamp", ("lamp shade", shade), ("lamp glow", bulb), ("wood", stand))
    stand = [cylinder(0.14, 0, 0.025, 20), cylinder(0.011, 0.025, height - 0.15, 8)]
    return model("lamp", ("lamp shade", shade), ("lamp glow", bulb), ("handle", stand))


def table_lamp(rng: np.random.Generator) -> Model:
    """Return a small lamp for a table, standing on z = 0."""
    height, radius = rng.uniform(0.36, 0.46), rng.uniform(0.1, 0.13)
    shade = lathe(
        [
            (radius - 0.003, height - 0.17),
            (radius, height - 0.17),
            (radius * 0.7, height),
            (radius * 0.7 - 0.003, height),
            (radius - 0.003, height - 0.17),
        ],
        16,
    )
    if rng.random() < 0.5:
        foot = lathe(
            [(0, 0), (0.06, 0), (0.075, 0.05), (0.06, 0.13), (0.018, 0.19), (0.012, height - 0.12), (0, height - 0.12)],
            14,
        )
        return model("lamp", ("lamp shade", shade), ("vase", foot))
    stand = [cylinder(0.065, 0, 0.015, 14), cylinder(0.009, 0.015, height - 0.1, 8)]
    return model("lamp", ("lamp shade", shade), ("handle", stand))
