"""Floor plans: a living zone at one end, and rooms on both sides of a hallway."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.scenes.procedural.config import ProceduralConfig
from vln_pipeline.scenes.procedural.openings import connect, open_stairs, windows
from vln_pipeline.scenes.procedural.plan import Cell, Opening, Plan, Rect

ROOMS: dict[str, tuple[float, float, float]] = {
    "bedroom": (9.0, 17.5, 2.6),
    "bathroom": (3.6, 6.8, 1.7),
    "kitchen": (6.5, 12.5, 2.2),
    "study": (6.0, 10.5, 2.1),
    "closet": (2.4, 5.0, 1.3),
    "laundry room": (3.4, 6.0, 1.6),
}
"""Smallest and largest area, square metres, and smallest width, metres, of the rooms along the hallway."""
STAIR_WIDTH = 2.2
"""Width of a staircase of two flights side by side, to the middle of its walls, metres."""
STAIR_DEPTH = 3.45
"""Least depth of a band that takes a staircase, metres."""
FRAMES, FILLINGS = 200, 60
"""How many outlines are tried, and how many ways of filling each storey of one."""

Band = Rect
"""Where a row of rooms lies."""


def draw_plan(rng: np.random.Generator, config: ProceduralConfig) -> Plan:
    """Draw a home's floor plans.

    Raises:
        DataError: if no plan fits the bands of the configuration.
    """
    storeys = 1 + int(rng.random() < config.two_storey_probability)
    height = float(np.round(rng.uniform(*config.ceiling_height), 2))
    for _ in range(FRAMES):
        frame = _Frame(rng, config, storeys)
        ground = frame.ground()
        if ground is None:
            continue
        upper = frame.upper() if storeys == 2 else []
        if upper is None:
            continue
        cells = _named(ground, 0) + _named(upper, 1, [c for c, *_ in ground])
        openings: list[Opening] = []
        for storey in range(storeys):
            here = [c for c in cells if c.storey == storey]
            openings += connect(rng, here, config.door_width, height)
        openings += open_stairs(cells, storeys, height)
        openings += windows(rng, cells, openings, storeys, height)
        return _mirrored(rng, Plan(tuple(cells), tuple(openings), storeys, height))
    raise DataError(
        "scenes.procedural",
        f"no floor plan of {config.rooms[0]} to {config.rooms[1]} rooms fits {config.floor_area} square metres",
        "widen floor_area or rooms",
    )


class _Frame:
    """The lines that all storeys share: outline, hallway, staircase."""

    def __init__(self, rng: np.random.Generator, config: ProceduralConfig, storeys: int) -> None:
        self._rng, self._config = rng, config
        self._area = rng.uniform(*config.floor_area)
        depth = float(np.clip(np.sqrt(self._area / rng.uniform(1.2, 1.8)), 6.8, 10.0))
        self._depth = round(depth, 2)
        self._width = round(self._area / depth, 2)
        self._hall = round(rng.uniform(1.3, 1.65), 2)
        self._south = round((self._depth - self._hall) * rng.uniform(0.44, 0.56), 2)
        self._living = round(float(np.clip(self._width * rng.uniform(0.3, 0.42), 3.7, 6.5)), 2)
        self._notch = round(rng.uniform(1.8, 3.4), 2) if rng.random() < config.l_shape_probability else 0.0
        self._stair = None
        if storeys == 2:
            self._stair = (self._living, round(self._width - STAIR_WIDTH, 2))[rng.integers(2)]

    @property
    def _north(self) -> float:
        return round(self._south + self._hall, 2)

    def _bands(self, start: float) -> list[Band]:
        """Return the south bands left and right of the staircase, then the north band."""
        south = [(start, self._width)]
        if self._stair is not None:
            south = [(start, self._stair), (round(self._stair + STAIR_WIDTH, 2), self._width)]
        bands = [(a, 0.0, b, self._south) for a, b in south if b - a > 0.1]
        return [*bands, (start, self._north, round(self._width - self._notch, 2), self._depth)]

    def _fixed(self) -> bool:
        """Return whether the frame is habitable at all."""
        fits = min(self._south, self._depth - self._north) >= 2.7
        return fits and (self._stair is None or self._south >= STAIR_DEPTH) and self._width <= 2.2 * self._depth

    def ground(self) -> list[tuple[str, Rect]] | None:
        """Return label and rectangle of the entrance storey's rooms, or None where nothing fits."""
        if not self._fixed():
            return None
        rng, start = self._rng, self._living
        total = int(rng.integers(self._config.rooms[0], self._config.rooms[1] + 1))
        rooms: list[tuple[str, Rect]] = [("hallway", (start, self._south, self._width, self._north))]
        style = rng.integers(3)
        if style == 0:
            rooms.append(("living room", (0.0, 0.0, start, self._depth)))
        else:
            rooms.append(("living room", (0.0, 0.0, start, self._north)))
            rooms.append((("kitchen", "dining room")[style - 1], (0.0, self._north, start, self._depth)))
        if self._stair is not None:
            rooms.append(("staircase", (self._stair, 0.0, round(self._stair + STAIR_WIDTH, 2), self._south)))
        first = ["kitchen"] if style != 1 else []
        count = total - len([r for r in rooms if r[0] != "staircase"]) - len(first)
        filled = self._fill(self._bands(start), (count, count), first) if count >= 2 else None
        return rooms + filled if filled else None

    def upper(self) -> list[tuple[str, Rect]] | None:
        """Return label and rectangle of the upper storey's rooms, or None where nothing fits."""
        hall: list[tuple[str, Rect]] = [("hallway", (0.0, self._south, self._width, self._north))]
        filled = self._fill(self._bands(0.0), (4, 8), [])
        return hall + filled if filled else None

    def _choose(self, count: int) -> list[str]:
        labels = ["bedroom", "bathroom"]
        while len(labels) < count:
            labels.append(str(self._rng.choice(["bedroom", "bedroom", "bathroom", "study", "closet", "laundry room"])))
            rare = max(labels.count(label) for label in ("closet", "laundry room", "study"))
            if rare > 1 or labels.count("bathroom") > max(1, labels.count("bedroom")):
                labels.pop()
        return labels

    def _fill(self, bands: list[Band], count: tuple[int, int], first: list[str]) -> list[tuple[str, Rect]] | None:
        """Choose rooms and share them among the bands; ``first`` opens the last, northern one."""
        rng = self._rng
        for _ in range(FILLINGS):
            labels = self._choose(int(rng.integers(count[0], count[1] + 1)))
            order = [labels[i] for i in rng.permutation(len(labels))]
            cuts = [0, *np.sort(rng.integers(0, len(labels) + 1, len(bands) - 1)).tolist(), len(labels)]
            rows = [order[a:b] for a, b in pairwise(cuts)]
            rows[-1] = first + rows[-1]
            filled = [self._stretched(band, row) for band, row in zip(bands, rows, strict=True)]
            if all(filled):
                return [room for row in filled for room in row]
        return None

    @staticmethod
    def _stretched(band: Band, row: list[str]) -> list[tuple[str, Rect]]:
        """Return the rooms of one band, each between its least and largest width; empty where they do not fit."""
        x0, y0, x1, y1 = band
        low = np.array([max(ROOMS[r][2], ROOMS[r][0] / (y1 - y0)) for r in row])
        high = np.array([max(ROOMS[r][2], ROOMS[r][1] / (y1 - y0)) for r in row])
        if not row or not low.sum() <= x1 - x0 <= high.sum():
            return []
        share = (x1 - x0 - low.sum()) / max(float((high - low).sum()), 1e-9)
        inner = np.round(x0 + np.cumsum(low + share * (high - low))[:-1], 2).tolist()
        return [(r, (a, y0, b, y1)) for r, (a, b) in zip(row, pairwise([x0, *inner, x1]), strict=True)]


def _named(rooms: list[tuple[str, Rect]], storey: int, taken: list[str] | None = None) -> list[Cell]:
    """Return cells with running numbers per label, continued from the labels already ``taken``."""
    counts: dict[str, int] = {}
    for label in taken or []:
        counts[label] = counts.get(label, 0) + 1
    cells = []
    for label, rect in rooms:
        counts[label] = counts.get(label, 0) + 1
        cells.append(Cell(f"{label.replace(' ', '_')}_{counts[label]}", label, storey, rect))
    return cells


def _mirrored(rng: np.random.Generator, plan: Plan) -> Plan:
    """Return the plan flipped along x, y, both or neither."""
    flip_x, flip_y = (bool(f) for f in rng.integers(2, size=2))
    width = max(c.rect[2] for c in plan.cells)
    depth = max(c.rect[3] for c in plan.cells)

    def turn(value: float, along_x: bool) -> float:
        if along_x:
            return round(width - value, 4) if flip_x else value
        return round(depth - value, 4) if flip_y else value

    cells = []
    for c in plan.cells:
        xs = sorted((turn(c.rect[0], True), turn(c.rect[2], True)))
        ys = sorted((turn(c.rect[1], False), turn(c.rect[3], False)))
        cells.append(Cell(c.name, c.label, c.storey, (xs[0], ys[0], xs[1], ys[1])))
    openings = []
    for o in plan.openings:
        along_x = o.axis == 0
        start, end = sorted((turn(o.start, along_x), turn(o.end, along_x)))
        flipped = flip_y if along_x else flip_x
        line, side = turn(o.line, not along_x), -o.side if flipped else o.side
        openings.append(replace(o, line=line, start=start, end=end, side=side))
    return Plan(tuple(cells), tuple(openings), plan.storeys, plan.height)
