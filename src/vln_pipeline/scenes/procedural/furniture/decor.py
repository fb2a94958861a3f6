"""Rugs, pictures, mirrors, curtains, plants, radiators and other small things."""

import numpy as np

from vln_pipeline.scenes.procedural.joinery import picture_panel
from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, lathe, rounded_box, sheet, tube


def rug(width: float, depth: float, variant: int) -> Model:
    """Return a rug about the origin."""
    x, y = width / 2, depth / 2
    body = box((-x, -y, 0), (x, y, 0.01))
    uv = np.stack([(body.vertices[:, 0] + x) / width, (body.vertices[:, 1] + y) / depth], axis=1)
    return model("rug", (f"rug {variant}", Solid(body.vertices, body.faces, uv)))


def doormat() -> Model:
    """Return a mat for the entrance about the origin."""
    return model("rug", ("fabric 3", rounded_box((-0.38, -0.24, 0), (0.38, 0.24, 0.014), 0.006, 1)))


def picture(width: float, height: float, variant: int, frame: str) -> Model:
    """Return a framed picture centred on z = 0, back at the wall."""
    x, z, rim = width / 2, height / 2, 0.022
    edges = [box((-x, 0, a), (x, 0.025, a + rim)) for a in (-z, z - rim)]
    edges += [box((a, 0, -z + rim), (a + rim, 0.025, z - rim)) for a in (-x, x - rim)]
    face = picture_panel(-x + rim, x - rim, -z + rim, z - rim, 0.014, 0.012)
    return model("picture", (frame, edges), (f"picture {variant}", face))


def mirror(width: float, height: float, frame: str) -> Model:
    """Return a framed mirror centred on z = 0, back at the wall."""
    x, z, rim = width / 2, height / 2, 0.018
    edges = [box((-x, 0, a), (x, 0.028, a + rim)) for a in (-z, z - rim)]
    edges += [box((a, 0, -z + rim), (a + rim, 0.028, z - rim)) for a in (-x, x - rim)]
    return model("mirror", (frame, edges), ("mirror", box((-x + rim, 0, -z + rim), (x - rim, 0.016, z - rim))))


def curtain(rng: np.random.Generator, width: float, height: float, variant: int) -> Model:
    """Return one gathered curtain about x = 0 that hangs from z = 0 down."""
    folds = max(3, round(width / 0.085))
    u = np.linspace(0, 1, folds * 4 + 1)
    v = np.array([0.0, 0.2, 0.6, 1.0])
    amplitude = np.array([0.015, 0.026, 0.034, 0.04])
    wobble = rng.uniform(-0.4, 0.4, 3)
    phase = 2 * np.pi * folds * u[None] + wobble[0] * np.sin(2 * np.pi * u)[None] + v[:, None] * wobble[1]
    points = np.empty((len(v), len(u), 3))
    points[..., 0] = width * (u[None] - 0.5) * (1 + 0.05 * v[:, None])
    points[..., 1] = 0.075 + amplitude[:, None] * np.sin(phase)
    points[..., 2] = -height * v[:, None]
    return model("curtain", (f"curtain {variant}", sheet(points, 0.004)))


def curtain_rod(width: float) -> Model:
    """Return a rod with knobs and brackets about x = 0 at z = 0."""
    x = width / 2
    rod = tube([(-x, 0.075, 0.015), (x, 0.075, 0.015)], 0.011, 8)
    knobs = [
        lathe([(0.022 * np.sin(a), -0.022 * np.cos(a)) for a in np.linspace(0, np.pi, 6)], 8).moved(a, 0.075, 0.015)
        for a in (-x, x)
    ]
    brackets = [box((a - 0.008, 0, 0.005), (a + 0.008, 0.08, 0.025)) for a in (-x + 0.08, x - 0.08)]
    return model("curtain rod", ("handle", [rod, *knobs, *brackets]))


def blind(width: float, drop: float) -> Model:
    """Return a roller blind, partly down from z = 0."""
    x = width / 2
    roll = cylinder(0.025, -x, x, 12).turned(np.pi / 2, axis=1).moved(0, 0.035, -0.03)
    cloth = box((-x, 0.012, -drop), (x, 0.015, -0.03))
    return model("blinds", ("linen", [cloth, roll]), ("skirting", box((-x, 0.006, -drop - 0.02), (x, 0.02, -drop))))


def plant(rng: np.random.Generator, height: float) -> Model:
    """Return a pot plant: fronds that arch outwards, or broad leaves on stalks."""
    pot_h = min(0.32, 0.3 * height)
    r = pot_h * 0.5
    pot = lathe([(0, 0), (r * 0.72, 0), (r, pot_h), (r * 0.9, pot_h), (r * 0.86, pot_h * 0.88), (0, pot_h * 0.88)], 20)
    soil = cylinder(r * 0.86, pot_h * 0.8, pot_h * 0.9, 16)
    leaves, stalks = [], []
    broad = rng.random() < 0.55
    count = int(rng.integers(9, 14)) if broad else int(rng.integers(14, 20))
    for k in range(count):
        turn = k * 2.399963 + rng.uniform(-0.25, 0.25)
        rise = (height - pot_h) * rng.uniform(0.55, 1.0)
        reach = rise * rng.uniform(0.25, 0.5) if broad else rise * rng.uniform(0.45, 0.85)
        t = np.linspace(0, 1, 6)
        if broad:
            stem = np.c_[reach * 0.55 * t**1.6, 0 * t, pot_h * 0.85 + rise * 0.75 * t]
            stalks.append(tube(stem, 0.005, 5).turned(turn))
            start, long, wide = stem[-1], rng.uniform(0.2, 0.3) * height**0.5, rng.uniform(0.07, 0.1) * height**0.5
            spine = np.c_[start[0] + long * t, 0 * t, start[2] + long * (0.45 * t - 0.75 * t**2)]
        else:
            wide = rng.uniform(0.018, 0.03) * (0.7 + height)
            spine = np.c_[reach * t**1.4, 0 * t, pot_h * 0.85 + rise * (1.35 * t - 0.45 * t**3)]
        half = wide * np.sin(np.pi * np.clip(t, 0.06, 0.985) ** 0.75)
        across = np.array([-1.0, 0.0, 1.0])
        points = np.repeat(spine[:, None], 3, axis=1)
        points[..., 1] += half[:, None] * across
        points[..., 2] += (0.28 * half[:, None]) * np.abs(across)
        leaf = sheet(points, 0.0015)
        uv = np.stack([np.tile(np.repeat(t, 3), 2), np.tile(np.tile((across + 1) / 2, 6), 2)], axis=1)
        leaves.append(Solid(leaf.vertices, leaf.faces, uv).turned(turn))
    parts: list[tuple[str, Solid | list[Solid]]] = [
        ("pot", pot),
        ("soil", soil),
        (f"leaf {rng.integers(3)}", [*leaves, *stalks]),
    ]
    return model("plant", *parts)


def radiator(width: float, height: float) -> Model:
    """Return a ribbed panel radiator; its foot is at z = 0."""
    x, ribs = width / 2, max(4, round(width / 0.07))
    step = width / ribs
    body = [box((-x, 0.03, 0.02), (x, 0.055, height - 0.02))]
    body += [
        rounded_box((-x + k * step + 0.006, 0.025, 0), (-x + (k + 1) * step - 0.006, 0.09, height), 0.012, 1)
        for k in range(ribs)
    ]
    valve = cylinder(0.02, 0, 0.06, 10).turned(np.pi / 2, axis=1).moved(x, 0.06, 0.06)
    return model("radiator", ("lacquer", [*body, valve]))


def coat_rack(rng: np.random.Generator, width: float) -> Model:
    """Return a board with hooks and a few coats, its hooks at z = 0."""
    x = width / 2
    board = rounded_box((-x, 0, -0.05), (x, 0.02, 0.06), 0.006, 1)
    pieces: list[tuple[str, Solid | list[Solid]]] = [("wood", board)]
    for at in np.linspace(-x + 0.1, x - 0.1, max(3, round(width / 0.2))).tolist():
        pieces.append(("handle", tube([(at, 0.02, 0.0), (at, 0.06, -0.01), (at, 0.075, 0.03)], 0.007, 6)))
        if rng.random() < 0.6:
            long, wide = rng.uniform(0.6, 0.95), rng.uniform(0.16, 0.22)
            t = np.linspace(0, 1, 7)[:, None]
            s = np.linspace(-1, 1, 15)[None]
            spread = 0.25 + 0.75 * np.minimum(1, t * 3.5) ** 0.6
            y = 0.03 + (0.05 + 0.02 * t) * np.sqrt(np.clip(1 - s**2, 0, 1)) + 0.008 * np.sin(s * 11 + at * 30) * t
            points = np.stack(np.broadcast_arrays(at + s * wide * spread / 1.0, y, 0.02 - long * t + 0 * s), axis=-1)
            role = (f"fabric {rng.integers(4)}", f"accent fabric {rng.integers(3)}")[rng.integers(2)]
            pieces.append((role, sheet(points, 0.012)))
    return model("coat rack", *pieces)


def basket(rng: np.random.Generator) -> Model:
    """Return a round wicker basket about the origin."""
    r, h = rng.uniform(0.17, 0.23), rng.uniform(0.32, 0.5)
    return model(
        "basket",
        ("basket", lathe([(0, 0), (r * 0.85, 0), (r, h), (r - 0.012, h), (r * 0.85 - 0.012, 0.02), (0, 0.02)], 20)),
    )
