"""What a floor plan consists of: cells, openings between them, and heights."""

from dataclasses import dataclass

WALL = 0.1
"""Thickness of an inner wall, metres; half of it lies in each cell."""
OUTER_WALL = 0.2
"""Thickness of an outer wall, metres; all but ``WALL`` / 2 of it lies outside the cells."""
SLAB = 0.3
"""Thickness of a floor between storeys, metres."""

Rect = tuple[float, float, float, float]
"""(x0, y0, x1, y1), metres."""


@dataclass(frozen=True)
class Cell:
    """A rectangular room, drawn to the middle of its walls.

    Attributes:
        name: unique in the home, for instance "bedroom_2".
        label: room type.
        storey: 0 is the entrance storey.
        rect: to the middle of the inner walls.
    """

    name: str
    label: str
    storey: int
    rect: Rect

    @property
    def inner(self) -> Rect:
        """The room between its finished walls."""
        x0, y0, x1, y1 = self.rect
        return x0 + WALL / 2, y0 + WALL / 2, x1 - WALL / 2, y1 - WALL / 2


@dataclass(frozen=True)
class Opening:
    """A hole in a wall.

    Attributes:
        kind: "door", "passage" (no leaf), "entrance" or "window".
        storey: 0 is the entrance storey.
        room: cell it belongs to; a door's leaf opens into it.
        other: cell behind the wall, or None where that is outdoors.
        axis: 0 where the wall runs along x, 1 where it runs along y.
        line: middle of the inner wall, y for axis 0 and x for axis 1, metres.
        start, end: along the wall, metres.
        bottom, top: above the storey's floor, metres.
        side: +1 where ``room`` lies towards larger y (axis 0) or x (axis 1), else -1.
    """

    kind: str
    storey: int
    room: str
    other: str | None
    axis: int
    line: float
    start: float
    end: float
    bottom: float
    top: float
    side: int

    @property
    def span(self) -> tuple[float, float]:
        """Lowest and highest coordinate across the wall, metres."""
        if self.other is not None:
            return self.line - WALL / 2, self.line + WALL / 2
        outer = self.line - self.side * (OUTER_WALL - WALL / 2)
        inner = self.line + self.side * WALL / 2
        return min(outer, inner), max(outer, inner)


@dataclass(frozen=True)
class Plan:
    """A home's floor plans.

    Attributes:
        cells: all storeys; a staircase is one cell of storey 0 that reaches through all.
        openings: all storeys.
        storeys: 1 or 2.
        height: clear height of each storey, metres.
    """

    cells: tuple[Cell, ...]
    openings: tuple[Opening, ...]
    storeys: int
    height: float

    def level(self, storey: int) -> float:
        """Return the height of a storey's floor, metres."""
        return storey * (self.height + SLAB)

    def ceiling(self, cell: Cell) -> float:
        """Return the height of a cell's ceiling, metres."""
        storey = self.storeys - 1 if cell.label == "staircase" else cell.storey
        return self.level(storey) + self.height

    def openings_of(self, cell: Cell, storey: int | None = None) -> list[Opening]:
        """Return the openings in a cell's walls on one storey, its own by default."""
        level = cell.storey if storey is None else storey
        return [o for o in self.openings if o.storey == level and cell.name in (o.room, o.other)]
