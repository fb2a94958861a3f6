"""Beds and nightstands."""

import numpy as np

from vln_pipeline.scenes.procedural.furniture.storage import cabinet
from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, pillow, rounded_box, sheet


def _blanket(rng: np.random.Generator, width: float, start: float, end: float, top: float) -> Solid:
    """Return a quilt over a mattress ``width`` wide from ``start`` to ``end`` along y, hanging down at three sides."""
    overhang = 0.2
    n, m = 19, 15
    s = np.linspace(-width / 2 - overhang, width / 2 + overhang, n)
    t = np.linspace(start, end + overhang * 0.8, m)
    u, v = np.meshgrid(s, t)
    over_x, over_y = np.maximum(np.abs(u) - width / 2, 0), np.maximum(v - end, 0)
    drop = np.maximum(over_x, over_y)
    phase = rng.uniform(0, 6.28, 4)
    puff = 0.012 * np.sin(u * 9 + phase[0]) * np.sin(v * 7 + phase[1]) + 0.008 * np.sin(u * 21 + v * 13 + phase[2])
    flare = 0.02 + 0.014 * np.sin((u + v) * 17 + phase[3])
    x = np.clip(u, -width / 2, width / 2) + np.sign(u) * (over_x > 0) * flare
    y = np.minimum(v, end) + (over_y > 0) * flare
    z = top + 0.028 + puff * (drop <= 0) - drop
    # North to south first, so that the sheet faces up.
    return sheet(np.stack([x, y, z], axis=-1).transpose(1, 0, 2), 0.03)


def bed(rng: np.random.Generator, width: float) -> Model:
    """Return a bed of a given mattress width with headboard, pillows and quilt; its head is at y = 0."""
    length, x = 2.0, width / 2
    frame_role = ("wood", "dark wood", "fabric 1")[rng.integers(3)]
    base, top = 0.3, 0.52
    head = rng.uniform(0.95, 1.15)
    if frame_role == "fabric 1":
        frame = [
            rounded_box((-x - 0.04, 0, 0.02), (x + 0.04, 0.1, head), 0.03),
            rounded_box((-x - 0.03, 0.09, 0.08), (x + 0.03, length + 0.12, base + 0.03), 0.025),
        ]
    else:
        slats = np.linspace(0.42, head, 5).tolist() if rng.random() < 0.4 else []
        frame = [rounded_box((-x - 0.04, 0, 0.3), (x + 0.04, 0.045, head), 0.01, 1)] if not slats else []
        frame += [rounded_box((-x - 0.02, 0.005, z - 0.1), (x + 0.02, 0.035, z - 0.02), 0.008, 1) for z in slats]
        frame += [box((a - 0.03, 0, 0), (a + 0.03, 0.05, head + 0.01)) for a in (-x - 0.015, x + 0.015)]
        frame += [box((a - 0.015, 0.05, 0.16), (a + 0.015, length + 0.1, base + 0.03)) for a in (-x - 0.015, x + 0.015)]
        frame += [
            box((-x - 0.03, length + 0.08, 0.16), (x + 0.03, length + 0.11, base + 0.03)),
            box((-x, 0.05, base - 0.06), (x, length + 0.08, base - 0.03)),
        ]
    legs = [cylinder(0.025, 0, 0.18, 8).moved(a, y) for a in (-x + 0.02, x - 0.02) for y in (0.12, length)]
    mattress = rounded_box((-x, 0.08, base - 0.02), (x, length + 0.08, top), 0.05, 2)
    heads = (-0.25 * width, 0.25 * width) if width > 1.25 else (0.0,)
    pillows = [
        pillow(min(0.68, width * 0.46), 0.44, 0.17)
        .turned(-rng.uniform(0.25, 0.4), axis=0)
        .turned(rng.uniform(-0.06, 0.06))
        .moved(a, 0.38, top + 0.03)
        for a in heads
    ]
    pieces: list[tuple[str, Solid | list[Solid]]] = [
        (frame_role, frame),
        ("dark wood", legs),
        ("linen", [mattress, *pillows]),
    ]
    pieces.append((f"blanket {rng.integers(3)}", _blanket(rng, width, 0.62 + rng.uniform(0, 0.15), length + 0.08, top)))
    if rng.random() < 0.6:
        pieces.append(
            (
                f"accent fabric {rng.integers(3)}",
                pillow(0.45, 0.32, 0.14).turned(-0.9, axis=0).moved(0, 0.66, top + 0.16),
            )
        )
    return model("bed", *pieces)


def nightstand(rng: np.random.Generator) -> Model:
    """Return a bedside cabinet with two drawers."""
    return cabinet(rng, rng.uniform(0.4, 0.48), rng.uniform(0.48, 0.55), 0.38, "nightstand", rows=2)
