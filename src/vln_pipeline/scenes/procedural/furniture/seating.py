"""Sofas, armchairs and chairs."""

import numpy as np

from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, pillow, rounded_box, tube


def _leg(x: float, y: float, height: float, thick: float = 0.022) -> Solid:
    return cylinder(thick * 0.65, 0, height, 8, top=thick).moved(x, y)


def _seat(width: float, seats: int, arm: float, rng: np.random.Generator) -> list[tuple[str, Solid | list[Solid]]]:
    """Return body, cushions and legs of an upholstered seat."""
    depth, height, seat = rng.uniform(0.86, 0.95), rng.uniform(0.78, 0.86), rng.uniform(0.42, 0.46)
    foot, arm_top = rng.uniform(0.08, 0.15), rng.uniform(0.56, 0.64)
    left, right = -width / 2, width / 2
    body = [
        rounded_box((left + 0.02, 0.02, foot), (right - 0.02, depth - 0.02, seat - 0.13), 0.03),
        rounded_box((left + arm * 0.6, 0, foot + 0.02), (right - arm * 0.6, 0.2, height - 0.06), 0.06),
        rounded_box((left, 0.01, foot + 0.01), (left + arm, depth, arm_top), 0.05),
        rounded_box((right - arm, 0.01, foot + 0.01), (right, depth, arm_top), 0.05),
    ]
    step = (width - 2 * arm) / seats
    for k in range(seats):
        a = left + arm + k * step
        body.append(rounded_box((a + 0.004, 0.16, seat - 0.14), (a + step - 0.004, depth + 0.01, seat), 0.045))
        back = rounded_box((a + 0.008, -0.08, 0), (a + step - 0.008, 0.09, height - seat + 0.03), 0.06, 3)
        body.append(back.turned(rng.uniform(0.16, 0.2), axis=0).moved(0, 0.27, seat - 0.01))
    legs = [_leg(x, y, foot + 0.01) for x in (left + 0.08, right - 0.08) for y in (0.09, depth - 0.1)]
    return [("sofa", body), ("dark wood", legs)]


def sofa(rng: np.random.Generator, width: float) -> Model:
    """Return a sofa with seat and back cushions and a few scatter cushions."""
    arm = rng.uniform(0.14, 0.2)
    pieces = _seat(width, 3 if width > 1.95 else 2, arm, rng)
    for k, x in enumerate(
        (-width / 2 + arm + 0.22, width / 2 - arm - 0.24, width / 2 - arm - 0.5)[: rng.integers(1, 4)]
    ):
        edge = rng.uniform(0.38, 0.46)
        cushion = pillow(edge, edge, 0.15).turned(1.9 + rng.uniform(-0.1, 0.1), axis=0)
        pieces.append((f"accent fabric {k % 2}", cushion.turned(rng.uniform(-0.3, 0.3)).moved(x, 0.47, 0.64)))
    return model("sofa", *pieces)


def armchair(rng: np.random.Generator) -> Model:
    """Return an upholstered chair, or a lounge chair in a wooden frame."""
    if rng.random() < 0.5:
        body, legs = _seat(rng.uniform(0.78, 0.88), 1, 0.13, rng)
        return model("armchair", ("fabric 2", body[1]), legs)
    width, depth, seat = 0.68, 0.76, 0.4
    half = width / 2
    cushions = [
        rounded_box((-half + 0.05, 0.12, seat - 0.1), (half - 0.05, depth, seat + 0.02), 0.04),
        rounded_box((-half + 0.05, -0.06, 0), (half - 0.05, 0.06, 0.5), 0.04, 3)
        .turned(0.25, axis=0)
        .moved(0, 0.2, seat),
    ]
    frame = [box((-half + 0.03, 0.1, seat - 0.14), (half - 0.03, depth - 0.02, seat - 0.1))]
    for x in (-half + 0.02, half - 0.02):
        frame += [
            tube([(x, depth - 0.08, 0), (x, depth - 0.12, 0.58)], 0.018),
            tube([(x, 0.02, 0), (x, 0.14, 0.58)], 0.018),
        ]
        frame.append(rounded_box((x - 0.03, 0.02, 0.57), (x + 0.03, depth - 0.04, 0.6), 0.012, 1))
    return model("armchair", ("fabric 2", cushions), ("wood", frame))


def dining_chair(style: int) -> Model:
    """Return a chair of one of three designs: slatted, upholstered or moulded shell."""
    w, d, seat, top = 0.44, 0.46, 0.455, 0.86
    x, y = w / 2 - 0.025, d - 0.03
    if style == 2:
        shell = [rounded_box((-w / 2, 0.03, seat - 0.02), (w / 2, d, seat + 0.02), 0.03, 2)]
        back = rounded_box((-w / 2 + 0.01, -0.015, 0), (w / 2 - 0.01, 0.015, top - seat), 0.04, 2)
        shell.append(back.turned(0.17, axis=0).moved(0, 0.06, seat))
        legs = [
            tube([(a * 0.12, d / 2 + b * 0.1, seat - 0.02), (a * 0.21, d / 2 + b * 0.2, 0)], 0.014, 8)
            for a in (-1, 1)
            for b in (-1, 1)
        ]
        return model("chair", ("plastic", shell), ("wood", legs))
    legs = [tube([(a, y, 0), (a, y - 0.01, seat - 0.03)], 0.017, 8) for a in (-x, x)]
    legs += [tube([(a, 0.0, 0), (a, 0.035, seat), (a, 0.0, top)], 0.017, 8) for a in (-x, x)]
    legs += [
        box((-x, y - 0.02, seat - 0.07), (x, y + 0.005, seat - 0.02)),
        box((-x, 0.02, seat - 0.07), (x, 0.05, seat - 0.02)),
    ]
    legs += [box((a - 0.01, 0.03, seat - 0.06), (a + 0.01, y, seat - 0.02)) for a in (-x, x)]
    if style == 0:
        legs += [rounded_box((-w / 2, 0.02, seat - 0.02), (w / 2, d, seat + 0.005), 0.012, 1)]
        legs += [rounded_box((-x, -0.008, seat + z), (x, 0.022, seat + z + 0.055), 0.01, 1) for z in (0.16, 0.25, 0.34)]
        return model("chair", ("wood", legs))
    pads = [
        rounded_box((-w / 2, 0.02, seat - 0.02), (w / 2, d, seat + 0.035), 0.028),
        rounded_box((-w / 2 + 0.01, -0.03, seat + 0.08), (w / 2 - 0.01, 0.03, top + 0.01), 0.03),
    ]
    return model("chair", ("fabric 3", pads), ("dark wood", legs))


def office_chair() -> Model:
    """Return a swivel chair on five castors."""
    hub, seat = 0.3, 0.47
    feet = []
    for a in np.arange(5) * 2 * np.pi / 5 + 0.3:
        x, y = 0.27 * float(np.cos(a)), 0.27 * float(np.sin(a))
        feet += [
            tube([(0, hub, 0.1), (x, hub + y, 0.065)], 0.018, 6),
            cylinder(0.028, -0.015, 0.015, 10).turned(np.pi / 2, axis=1).moved(x, hub + y, 0.03),
        ]
    feet += [cylinder(0.028, 0.08, seat - 0.06, 10).moved(0, hub)]
    feet += [
        tube([(a * 0.27, hub - 0.02, seat), (a * 0.29, hub, seat + 0.2), (a * 0.27, hub + 0.12, seat + 0.21)], 0.016, 6)
        for a in (-1, 1)
    ]
    feet.append(tube([(0, hub - 0.1, seat - 0.05), (0, hub - 0.26, seat + 0.05), (0, hub - 0.25, seat + 0.3)], 0.02, 6))
    pads = [
        rounded_box((-0.24, hub - 0.22, seat - 0.05), (0.24, hub + 0.25, seat + 0.03), 0.035),
        rounded_box((-0.22, hub - 0.27, seat + 0.12), (0.22, hub - 0.21, seat + 0.62), 0.03),
    ]
    return model("chair", ("black plastic", feet), ("fabric 3", pads))


def stool(rng: np.random.Generator) -> Model:
    """Return a round padded stool."""
    radius, height = rng.uniform(0.2, 0.26), rng.uniform(0.38, 0.44)
    pad = cylinder(radius, height - 0.16, height, 20).moved(0, radius)
    legs = [
        _leg(radius * 0.7 * float(np.cos(a)), radius + radius * 0.7 * float(np.sin(a)), height - 0.15)
        for a in (0.8, 2.4, 3.9, 5.5)
    ]
    return model("stool", ("accent fabric 0", pad), ("wood", legs))


def bench(width: float) -> Model:
    """Return a narrow bench with a cushion."""
    half = width / 2
    wood = [
        rounded_box((-half, 0, 0.40), (half, 0.34, 0.435), 0.008, 1),
        box((-half + 0.03, 0.02, 0.16), (half - 0.03, 0.32, 0.18)),
    ]
    wood += [
        box((x - 0.02, y, 0), (x + 0.02, y + 0.04, 0.4)) for x in (-half + 0.03, half - 0.03) for y in (0.01, 0.29)
    ]
    return model(
        "bench", ("wood", wood), ("fabric 1", rounded_box((-half + 0.01, 0.01, 0.43), (half - 0.01, 0.33, 0.475), 0.02))
    )
