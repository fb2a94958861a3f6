"""Shelves, cupboards, wardrobes and what stands in them."""

import numpy as np

from vln_pipeline.scenes.procedural.joinery import picture_panel
from vln_pipeline.scenes.procedural.model import Model, model
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, lathe, rounded_box

Piece = tuple[str, Solid | list[Solid]]


def fronts(
    x0: float, x1: float, z0: float, z1: float, y: float, columns: int, rows: int, grips: str = "bar"
) -> tuple[list[Solid], list[Solid]]:
    """Return doors or drawers that fill a cabinet's face at ``y``, with gaps between, and their handles."""
    doors, handles = [], []
    xs, zs = np.linspace(x0, x1, columns + 1).tolist(), np.linspace(z0, z1, rows + 1).tolist()
    for c in range(columns):
        for r in range(rows):
            a, b, low, high = xs[c] + 0.002, xs[c + 1] - 0.002, zs[r] + 0.002, zs[r + 1] - 0.002
            doors.append(box((a, y, low), (b, y + 0.02, high)))
            if grips == "drawer":
                middle = (a + b) / 2
                handles.append(box((middle - 0.06, y + 0.02, high - 0.06), (middle + 0.06, y + 0.036, high - 0.048)))
            elif grips == "knob":
                at = b - 0.04 if c % 2 == 0 else a + 0.04
                handles.append(
                    cylinder(0.012, 0, 0.022, 8).turned(-np.pi / 2, axis=0).moved(at, y + 0.02, (low + high) / 2)
                )
            else:
                at = b - 0.045 if c % 2 == 0 else a + 0.035
                middle = (low + high) / 2
                handles.append(box((at, y + 0.02, middle - 0.08), (at + 0.01, y + 0.04, middle + 0.08)))
    return doors, handles


def books(rng: np.random.Generator, x0: float, x1: float, z: float, depth: float, room: float) -> list[Piece]:
    """Return a row of books on a shelf at height ``z`` with ``room`` metres above it."""
    found: list[Piece] = []
    x = x0 + 0.01
    while x < x1 - 0.03:
        if rng.random() < 0.07:
            x += rng.uniform(0.03, 0.12)
            continue
        thick, high, deep = rng.uniform(0.016, 0.042), rng.uniform(0.62, 0.9) * min(room, 0.32), rng.uniform(0.14, 0.2)
        if x + thick > x1:
            break
        found.append(
            (
                f"book {rng.integers(6)}",
                box((x, max(0.02, depth - deep - 0.03), z), (x + thick - 0.002, depth - 0.03, z + high)),
            )
        )
        x += thick
    return found


def ornament(rng: np.random.Generator) -> tuple[str, Solid]:
    """Return a vase about the origin."""
    h, r = rng.uniform(0.14, 0.24), rng.uniform(0.04, 0.065)
    return "vase", lathe(
        [(0, 0), (r * 0.6, 0), (r, h * 0.4), (r * 0.4, h * 0.8), (r * 0.5, h), (r * 0.5 - 0.004, h), (0, h * 0.5)], 14
    )


def bookshelf(rng: np.random.Generator, width: float, height: float) -> Model:
    """Return an open shelf filled with books, vases and boxes."""
    depth, board, x = 0.3, 0.022, width / 2
    role = ("wood", "lacquer", "dark wood")[rng.integers(3)]
    rows = max(2, round(height / 0.36))
    carcass = [
        box((-x, 0, 0), (-x + board, depth, height)),
        box((x - board, 0, 0), (x, depth, height)),
        box((-x + board, 0, 0), (x - board, 0.008, height)),
    ]
    levels = np.linspace(0.06, height - board, rows + 1).tolist()
    carcass += [box((-x + board, 0.008, z), (x - board, depth - 0.005, z + board)) for z in levels]
    pieces: list[Piece] = [(role, carcass)]
    room = levels[1] - levels[0] - board
    for z in levels[:-1]:
        base, kind = z + board, rng.random()
        if kind < 0.62:
            split = rng.uniform(-0.3, 0.9) * x
            pieces += books(rng, -x + board, split, base, depth, room)
            if x - split > 0.35:
                role_of, solid = ornament(rng)
                pieces.append((role_of, solid.moved((split + x) / 2, depth / 2, base)))
        elif kind < 0.82:
            count = 2 if width > 0.7 else 1
            w = (width - 2 * board) / count - 0.05
            pieces.append(
                (
                    "basket",
                    [
                        rounded_box(
                            (-x + board + 0.02 + k * (w + 0.05), 0.02, base),
                            (-x + board + 0.02 + k * (w + 0.05) + w, depth - 0.02, base + 0.2),
                            0.02,
                            1,
                        )
                        for k in range(count)
                    ],
                )
            )
        else:
            role_of, solid = ornament(rng)
            pieces.append((role_of, solid.moved(rng.uniform(-0.5, 0.5) * x, depth / 2, base)))
            pieces += books(rng, x * 0.2, x - board, base, depth, room)
    return model("bookshelf", *pieces)


def wardrobe(rng: np.random.Generator, width: float, height: float) -> Model:
    """Return a wardrobe with hinged doors, one of which may be a mirror."""
    depth, x = 0.6, width / 2
    role = ("wood", "lacquer", "dark wood")[rng.integers(3)]
    columns = max(2, round(width / 0.5))
    body = [box((-x, 0, 0.06), (x, depth - 0.02, height)), box((-x + 0.03, 0.03, 0), (x - 0.03, depth - 0.06, 0.06))]
    doors, handles = fronts(-x, x, 0.07, height, depth - 0.02, columns, 1)
    pieces: list[Piece] = [(role, [*body, *doors]), ("handle", handles)]
    if rng.random() < 0.4:
        a = -x + (columns // 2) * width / columns
        pieces.append(
            ("mirror", box((a + 0.05, depth, 0.2), (a + width / columns - 0.06, depth + 0.004, height - 0.12)))
        )
    return model("wardrobe", *pieces)


def cabinet(rng: np.random.Generator, width: float, height: float, depth: float, category: str, rows: int = 1) -> Model:
    """Return a low cabinet on legs or a plinth, with doors or, for several rows, drawers."""
    x = width / 2
    role = ("wood", "lacquer", "dark wood")[rng.integers(3)]
    legged = rng.random() < 0.6
    foot = 0.14 if legged else 0.06
    body = rounded_box((-x, 0, foot), (x, depth - 0.02, height), 0.005, 1)
    columns = max(1, round(width / 0.48))
    faces, handles = fronts(
        -x + 0.012,
        x - 0.012,
        foot + 0.012,
        height - 0.02,
        depth - 0.02,
        columns,
        rows,
        "drawer" if rows > 1 else "knob",
    )
    if legged:
        legs = [
            cylinder(0.012, 0, foot, 8, top=0.02).moved(a, y)
            for a in (-x + 0.07, x - 0.07)
            for y in (0.06, depth - 0.08)
        ]
    else:
        legs = [box((-x + 0.02, 0.02, 0), (x - 0.02, depth - 0.05, foot))]
    return model(category, (role, [body, *faces]), ("handle", handles), ("dark wood", legs))


def television(width: float) -> Model:
    """Return a flat screen on two feet, standing on z = 0."""
    height, x = width * 0.5625, width / 2
    body = [rounded_box((-x, 0.1, 0.06), (x, 0.135, 0.06 + height), 0.006, 1)]
    body += [box((a - 0.012, 0.03, 0), (a + 0.012, 0.21, 0.012)) for a in (-x * 0.6, x * 0.6)]
    body += [box((a - 0.012, 0.105, 0.01), (a + 0.012, 0.13, 0.07)) for a in (-x * 0.6, x * 0.6)]
    face = picture_panel(-x + 0.01, x - 0.01, 0.072, 0.05 + height, 0.1375, 0.002)
    return model("tv", ("black plastic", body), ("black glass", face))


def rack(rng: np.random.Generator, width: float, height: float) -> Model:
    """Return an open metal rack with boxes, for closets and laundries."""
    depth, x = 0.4, width / 2
    posts = [box((a, y, 0), (a + 0.025, y + 0.025, height)) for a in (-x, x - 0.025) for y in (0.0, depth - 0.025)]
    levels = np.linspace(0.12, height - 0.03, 5).tolist()
    boards = [box((-x, 0, z), (x, depth, z + 0.02)) for z in levels]
    pieces: list[Piece] = [("black metal", posts), ("wood", boards)]
    for z in levels[:-1]:
        at = -x + 0.05
        while at < x - 0.25:
            w, h = rng.uniform(0.2, 0.36), rng.uniform(0.15, 0.3)
            if at + w > x - 0.03:
                break
            role = ("basket", "paper", "towel 0", "towel 1", "lacquer")[rng.integers(5)]
            pieces.append((role, rounded_box((at, 0.03, z + 0.02), (at + w, depth - 0.03, z + 0.02 + h), 0.02, 1)))
            at += w + rng.uniform(0.02, 0.1)
    return model("shelf", *pieces)


def clothes_rail(rng: np.random.Generator, width: float) -> Model:
    """Return a rail with hanging clothes."""
    x, depth, height = width / 2, 0.5, 1.6
    bars = [box((a - 0.012, depth / 2 - 0.012, 0), (a + 0.012, depth / 2 + 0.012, height)) for a in (-x, x)]
    bars += [box((-x, depth / 2 - 0.012, height), (x, depth / 2 + 0.012, height + 0.025))]
    bars += [box((a - 0.012, 0, 0), (a + 0.012, depth, 0.025)) for a in (-x, x)]
    pieces: list[Piece] = [("black metal", bars)]
    for at in np.arange(-x + 0.1, x - 0.1, 0.075).tolist():
        long, wide = rng.uniform(0.6, 1.0), rng.uniform(0.38, 0.46)
        role = (f"fabric {rng.integers(4)}", f"accent fabric {rng.integers(3)}", "linen")[rng.integers(3)]
        pieces.append(
            (
                role,
                rounded_box(
                    (at, (depth - wide) / 2, height - 0.06 - long),
                    (at + 0.045, (depth + wide) / 2, height - 0.06),
                    0.022,
                    2,
                ),
            )
        )
    return model("clothes", *pieces)
