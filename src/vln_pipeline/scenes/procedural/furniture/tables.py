"""Tables of all kinds, and desks with what stands on them."""

import numpy as np

from vln_pipeline.scenes.procedural.joinery import picture_panel
from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, rounded_box, tube


def dining_table(rng: np.random.Generator, width: float, depth: float) -> Model:
    """Return a dining table about the origin along x; round where it is square."""
    top = 0.745
    if abs(width - depth) < 0.05:
        plate = cylinder(width / 2, top - 0.03, top, 32)
        foot = [cylinder(0.05, 0.03, top - 0.03, 14), cylinder(0.28, 0, 0.03, 24, top=0.24)]
        return model("dining table", ("wood", plate), ("black metal", foot))
    x, y = width / 2, depth / 2
    plate = rounded_box((-x, -y, top - 0.032), (x, y, top), 0.008, 1)
    style = rng.integers(2)
    if style == 0:
        legs = [
            cylinder(0.022, 0, top - 0.03, 10, top=0.035).moved(a * (x - 0.09), b * (y - 0.09))
            for a in (-1, 1)
            for b in (-1, 1)
        ]
        apron = [
            box((-x + 0.1, b * (y - 0.09) - 0.01, top - 0.11), (x - 0.1, b * (y - 0.09) + 0.01, top - 0.03))
            for b in (-1, 1)
        ]
        return model("dining table", ("wood", [plate, *legs, *apron]))
    frame = []
    for a in (-1, 1):
        at = a * (x - 0.18)
        frame += [
            tube([(at, -y + 0.1, top - 0.04), (at, -y + 0.16, 0.02)], 0.02),
            tube([(at, y - 0.1, top - 0.04), (at, y - 0.16, 0.02)], 0.02),
        ]
        frame += [
            box((at - 0.025, -y + 0.12, 0), (at + 0.025, y - 0.12, 0.02)),
            box((at - 0.025, -y + 0.08, top - 0.045), (at + 0.025, y - 0.08, top - 0.03)),
        ]
    return model("dining table", ("wood", plate), ("black metal", frame))


def coffee_table(rng: np.random.Generator, width: float) -> Model:
    """Return a low table about the origin along x."""
    depth, height = rng.uniform(0.5, 0.6), rng.uniform(0.36, 0.43)
    x, y = width / 2, depth / 2
    magazines = [
        box((-0.16, -0.1, height), (0.06, 0.18, height + 0.012)).turned(0.2),
        box((-0.13, -0.1, height + 0.012), (0.06, 0.15, height + 0.02)).turned(-0.1),
    ]
    bowl = cylinder(0.05, height, height + 0.07, 16, top=0.12).moved(x * 0.5, 0)
    decor: list[tuple[str, Solid | list[Solid]]] = [("book 1", magazines[0]), ("book 2", magazines[1]), ("vase", bowl)]
    style = rng.integers(3)
    if style == 0:
        plate = rounded_box((-x, -y, height - 0.03), (x, y, height), 0.01, 1)
        shelf = box((-x + 0.06, -y + 0.06, 0.12), (x - 0.06, y - 0.06, 0.14))
        legs = [
            box(
                (a * (x - 0.05) - 0.022, b * (y - 0.05) - 0.022, 0),
                (a * (x - 0.05) + 0.022, b * (y - 0.05) + 0.022, height - 0.03),
            )
            for a in (-1, 1)
            for b in (-1, 1)
        ]
        return model("coffee table", ("wood", [plate, shelf, *legs]), *decor)
    if style == 1:
        plate = cylinder(y * 1.35, height - 0.025, height, 32)
        legs = [
            tube(
                [
                    (0.35 * float(np.cos(a)), 0.35 * float(np.sin(a)) * 0.9, 0),
                    (0.15 * float(np.cos(a)), 0.15 * float(np.sin(a)), height - 0.02),
                ],
                0.013,
                6,
            )
            for a in (0.4, 2.5, 4.6)
        ]
        return model("coffee table", ("stone", plate), ("black metal", legs), *decor)
    plate = box((-x, -y, height - 0.02), (x, y, height))
    legs = []
    for a in (-1, 1):
        at = a * (x - 0.06)
        legs += [
            box((at - 0.015, b * (y - 0.03) - 0.015, 0), (at + 0.015, b * (y - 0.03) + 0.015, height - 0.02))
            for b in (-1, 1)
        ]
        legs.append(box((at - 0.015, -y + 0.015, 0), (at + 0.015, y - 0.015, 0.03)))
    return model("coffee table", ("dark wood", plate), ("black metal", legs), *decor)


def side_table(rng: np.random.Generator) -> Model:
    """Return a small round table, its centre a radius in front of its origin."""
    radius, height = rng.uniform(0.2, 0.25), rng.uniform(0.48, 0.56)
    parts = [
        cylinder(radius, height - 0.02, height, 24),
        cylinder(0.018, 0.02, height - 0.02, 10),
        cylinder(radius * 0.7, 0, 0.02, 24),
    ]
    return model(
        "side table", ("wood", [parts[0].moved(0, radius)]), ("black metal", [p.moved(0, radius) for p in parts[1:]])
    )


def desk(rng: np.random.Generator, width: float) -> Model:
    """Return a writing desk with a drawer unit."""
    depth, top, x = rng.uniform(0.6, 0.7), 0.74, width / 2
    plate = rounded_box((-x, 0, top - 0.028), (x, depth, top), 0.006, 1)
    unit = box((x - 0.42, 0.03, 0.06), (x - 0.03, depth - 0.05, top - 0.028))
    fronts = [
        box((x - 0.415, depth - 0.05, z + 0.003), (x - 0.035, depth - 0.032, z + 0.207)) for z in (0.07, 0.28, 0.49)
    ]
    grips = [box((x - 0.28, depth - 0.032, z + 0.15), (x - 0.17, depth - 0.015, z + 0.162)) for z in (0.07, 0.28, 0.49)]
    legs = [box((-x + 0.02, y, 0), (-x + 0.06, y + 0.04, top - 0.028)) for y in (0.03, depth - 0.07)]
    return model("desk", ("wood", plate), ("lacquer", [unit, *fronts]), ("handle", grips), ("black metal", legs))


def monitor() -> Model:
    """Return a screen with keyboard and mouse for a desk, its foot on z = 0."""
    panel = rounded_box((-0.31, 0.13, 0.12), (0.31, 0.165, 0.48), 0.008, 1)
    face = picture_panel(-0.3, 0.3, 0.135, 0.47, 0.1675, 0.002)
    stand = [
        box((-0.025, 0.11, 0.01), (0.025, 0.13, 0.3)),
        rounded_box((-0.12, 0.05, 0), (0.12, 0.22, 0.012), 0.005, 1),
    ]
    keys = rounded_box((-0.21, 0.36, 0), (0.21, 0.49, 0.018), 0.006, 1)
    mouse = rounded_box((-0.33, 0.38, 0), (-0.27, 0.48, 0.03), 0.014, 2)
    return model("computer monitor", ("black plastic", [panel, *stand, keys, mouse]), ("screen", face))


def console(rng: np.random.Generator, width: float) -> Model:
    """Return a narrow table for a hallway."""
    x, top, depth = width / 2, rng.uniform(0.78, 0.86), 0.3
    plate = rounded_box((-x, 0, top - 0.025), (x, depth, top), 0.006, 1)
    drawer = [
        box((-x + 0.04, 0.02, top - 0.14), (x - 0.04, depth - 0.02, top - 0.025)),
        box((-0.05, depth - 0.02, top - 0.09), (0.05, depth - 0.008, top - 0.078)),
    ]
    legs = [
        box((a, y, 0), (a + 0.03, y + 0.03, top - 0.025)) for a in (-x + 0.02, x - 0.05) for y in (0.02, depth - 0.05)
    ]
    return model(
        "console table",
        ("wood", [plate, drawer[0]]),
        ("handle", drawer[1]),
        ("black metal" if rng.random() < 0.5 else "wood", legs),
    )
