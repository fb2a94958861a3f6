"""Doors, passages and windows of a floor plan."""

from itertools import pairwise

import numpy as np

from vln_pipeline.scenes.procedural.plan import Cell, Opening

LINING = 0.03
"""Thickness of a door's lining at each side of its clear width, metres."""
DOOR_HEIGHT = 2.06
CORNER = 0.16
"""Least distance of a door from the corner of its room, metres: casing and the open leaf fit in."""

Window = tuple[float, float, float, float]
WINDOWS: dict[str, Window] = {
    "living room": (1.7, 2.4, 0.45, 2.25),
    "dining room": (1.4, 2.0, 0.6, 2.2),
    "kitchen": (1.0, 1.5, 1.12, 2.15),
    "bedroom": (1.2, 1.8, 0.85, 2.2),
    "study": (1.1, 1.6, 0.85, 2.2),
    "bathroom": (0.55, 0.8, 1.35, 2.1),
    "laundry room": (0.5, 0.7, 1.35, 2.1),
    "hallway": (0.7, 0.9, 0.9, 2.1),
    "staircase": (0.7, 0.9, 1.0, 2.1),
}
"""Narrowest and widest width, sill and head height of a window, metres."""


def _wall(a: Cell, b: Cell) -> tuple[int, float, float, float, int] | None:
    """Return (axis, line, start, end, side of ``a``) of the wall that two cells share, or None."""
    for axis in (0, 1):
        low, high = max(a.rect[axis], b.rect[axis]), min(a.rect[axis + 2], b.rect[axis + 2])
        if high - low < 0.5:
            continue
        if a.rect[1 - axis] == b.rect[3 - axis]:
            return axis, a.rect[1 - axis], low, high, 1
        if a.rect[3 - axis] == b.rect[1 - axis]:
            return axis, a.rect[3 - axis], low, high, -1
    return None


def _passage(a: Cell, b: Cell, width: float, top: float) -> Opening | None:
    wall = _wall(a, b)
    if wall is None:
        return None
    axis, line, start, end, side = wall
    middle, half = (start + end) / 2, min(width, end - start - 0.4) / 2
    return Opening(
        "passage",
        a.storey,
        a.name,
        b.name,
        axis,
        line,
        round(middle - half, 3),
        round(middle + half, 3),
        0.0,
        top,
        side,
    )


def _door(
    rng: np.random.Generator, room: Cell, other: Cell, clear: tuple[float, float], away: float | None = None
) -> Opening | None:
    """Return a door near one end of a shared wall, the end farther from ``away`` along it where that is given."""
    wall = _wall(room, other)
    if wall is None:
        return None
    axis, line, start, end, side = wall
    width = round(rng.uniform(*clear), 3) + 2 * LINING
    low, high = start + CORNER, end - CORNER - width
    if high < low:
        return None
    first = rng.random() < 0.5 if away is None else abs(low - away) > abs(high - away)
    at = round(low if first else high, 3)
    return Opening(
        "door", room.storey, room.name, other.name, axis, line, at, round(at + width, 3), 0.0, DOOR_HEIGHT, side
    )


def connect(rng: np.random.Generator, cells: list[Cell], clear: tuple[float, float], height: float) -> list[Opening]:
    """Return the doors and passages of one storey, which make all its rooms reachable from the hallway."""
    by_label: dict[str, list[Cell]] = {}
    for cell in cells:
        by_label.setdefault(cell.label, []).append(cell)
    (hall,) = by_label["hallway"]
    openings: list[Opening | None] = []
    for living in by_label.get("living room", []):
        openings.append(_passage(hall, living, 1.25, DOOR_HEIGHT + 0.1))
        for label in ("dining room", "kitchen"):
            openings += [_passage(r, living, rng.uniform(1.5, 2.6), height - 0.25) for r in by_label.get(label, [])]
    for dining in by_label.get("dining room", []):
        openings += [_passage(r, dining, rng.uniform(1.0, 1.6), DOOR_HEIGHT + 0.1) for r in by_label.get("kitchen", [])]
    if "living room" in by_label:
        end = max(hall.rect[0], hall.rect[2])
        middle = (hall.rect[1] + hall.rect[3]) / 2
        openings.append(
            Opening(
                "entrance",
                hall.storey,
                hall.name,
                None,
                1,
                end,
                round(middle - 0.5, 3),
                round(middle + 0.5, 3),
                0.0,
                2.1,
                -1,
            )
        )
    baths = by_label.get("bathroom", [])
    private = [
        c for label in ("bedroom", "bathroom", "study", "closet", "laundry room") for c in by_label.get(label, [])
    ]
    for room in private:
        host = None
        if len(baths) > 1 and room is baths[-1]:
            host = next((b for b in by_label.get("bedroom", []) if _wall(room, b)), None)
        # The bedroom's own door stands open near the hallway, so the way to its bathroom is at the other end.
        own = _door(rng, room, host, clear, (hall.rect[1] + hall.rect[3]) / 2) if host else None
        openings.append(own or _door(rng, room, hall, clear))
    return [o for o in openings if o is not None]


def open_stairs(cells: list[Cell], storeys: int, height: float) -> list[Opening]:
    """Return the openings between the staircase and the hallway of each storey."""
    openings = []
    for stairs in (c for c in cells if c.label == "staircase"):
        for storey in range(storeys):
            hall = next(c for c in cells if c.label == "hallway" and c.storey == storey)
            start, _, end, _ = stairs.inner
            top = height if storey else height - 0.2
            openings.append(
                Opening("passage", storey, stairs.name, hall.name, 0, hall.rect[1], start, end, 0.0, top, -1)
            )
    return openings


def _outer(cell: Cell, cells: list[Cell], storey: int) -> list[tuple[int, float, float, float, int]]:
    """Return (axis, line, start, end, side) of the stretches of a cell's walls that face outdoors."""
    stretches = []
    for axis in (0, 1):
        for line, side in ((cell.rect[1 - axis], 1), (cell.rect[3 - axis], -1)):
            start, end = cell.rect[axis], cell.rect[axis + 2]
            shared = sorted(
                (max(start, c.rect[axis]), min(end, c.rect[axis + 2]))
                for c in cells
                if c is not cell
                and (c.storey == storey or c.label == "staircase")
                and line in (c.rect[1 - axis], c.rect[3 - axis])
                and min(end, c.rect[axis + 2]) - max(start, c.rect[axis]) > 0.01
            )
            edges = [start, *(e for pair in shared for e in pair), end]
            stretches += [(axis, line, a, b, side) for a, b in list(pairwise(edges))[::2] if b - a > 0.01]
    return sorted(stretches, key=lambda s: s[2] - s[3])


def windows(
    rng: np.random.Generator, cells: list[Cell], doors: list[Opening], storeys: int, height: float
) -> list[Opening]:
    """Return the windows of all rooms that have an outer wall; the longest wall gets the first."""
    found: list[Opening] = []
    for cell in cells:
        if cell.label not in WINDOWS:
            continue
        storey = storeys - 1 if cell.label == "staircase" else cell.storey
        narrow, wide, sill, head = WINDOWS[cell.label]
        small = cell.label in ("bathroom", "laundry room", "hallway", "staircase")
        for axis, line, start, end, side in _outer(cell, cells, storey)[: 1 if small else 2]:
            taken = [
                d for d in doors if d.other is None and d.axis == axis and d.line == line and start <= d.start <= end
            ]
            free = end - start - 0.9
            if taken or free < narrow:
                continue
            count = 2 if free > 4.2 else 1
            for k in range(count):
                width = min(rng.uniform(narrow, wide), free / count - 0.3 * (count - 1))
                middle = start + (end - start) * (k + 0.5) / count
                a, b = round(middle - width / 2, 3), round(middle + width / 2, 3)
                top = min(head, height - 0.22)
                found.append(Opening("window", storey, cell.name, None, axis, line, a, b, sill, top, side))
    return found
