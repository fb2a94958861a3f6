"""What planning knows of a scene: one grid per floor.

Grids are indexed ``[row, column]`` = ``[y, x]``; cell ``(row, column)`` covers the square from
``origin + cell * (column, row)`` to ``origin + cell * (column + 1, row + 1)`` in world xy.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class FloorMap:
    """One storey of a scene, as a robot of a given radius, height, step and slope sees it.

    Attributes:
        index: 0 for the lowest storey; of a flight's map, one that goes on after the storeys'.
        height: median height of the storey's floor, metres, world z.
        cell: edge of a cell, metres.
        origin: (2,) float64 world xy of the outer corner of cell (0, 0), metres.
        esdf: (H, W) float32 signed distance, metres, from the cell's centre to the nearest place where the robot's
            axis may not be (obstacle, missing floor, void outside the building); negative inside. It never exceeds
            the true clearance. The robot's radius is not subtracted.
        ground: (H, W) float32 height of the floor under each cell, metres, world z; NaN where there is none.
        navigable: (H, W) bool cells whose ``esdf`` is at least the radius, largest connected piece(s) kept.
        room: (H, W) int16 index into the scene's rooms, -1 where none; where the scene has no rooms, index of an
            anonymous region of this storey, parted from the others by doorways.
    """

    index: int
    height: float
    cell: float
    origin: NDArray[np.float64]
    esdf: NDArray[np.float32]
    ground: NDArray[np.float32]
    navigable: NDArray[np.bool_]
    room: NDArray[np.int16]

    def to_cell(self, xy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return continuous (..., 2) (row, column) whose integer values are cell centres, for (..., 2) world xy."""
        return (np.asarray(xy)[..., ::-1] - self.origin[::-1]) / self.cell - 0.5

    def to_world(self, cells: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (..., 2) world xy, metres, of (..., 2) (row, column); integers are cell centres."""
        return (np.asarray(cells, dtype=np.float64)[..., ::-1] + 0.5) * self.cell + self.origin


@dataclass(frozen=True)
class LeftOut:
    """A place that can be stood on and that no walk enters, or that none leaves.

    Attributes:
        area: square metres.
        height: of its surface, metres, world z.
        reason: why it is left out, in words.
    """

    area: float
    height: float
    reason: str

    def __str__(self) -> str:
        return f"{self.area:.1f} m2 at {self.height:.2f} m: {self.reason}"


@dataclass(frozen=True)
class Flight:
    """Stairs or a ramp from one storey to another, with the floor around both of their ends.

    Attributes:
        lower: index of the storey at its foot.
        upper: index of the storey at its head.
        foot: (3,) float64 place on the lower storey where it begins, navigable there and here, metres, world.
        head: (3,) float64 place on the upper storey where it ends, likewise.
        map: as of a storey, ``height`` being that of the lower one; where both storeys lie in one cell, it has the one
            whose end of the flight is nearer. Its ``ground`` follows the line of the nosings.
    """

    lower: int
    upper: int
    foot: NDArray[np.float64]
    head: NDArray[np.float64]
    map: FloorMap


@dataclass(frozen=True)
class NavigationMap:
    """All storeys of one scene.

    Attributes:
        scene: scene id.
        floors: lowest first, at least one.
        radius: robot radius the ``navigable`` masks were made for, metres.
        left_out: what can be stood on and no walk enters, with the reason; for the report.
        flights: between storeys, where ``esdf.stairs`` links them; the index of their maps goes on after the storeys'.
    """

    scene: str
    floors: tuple[FloorMap, ...]
    radius: float
    left_out: tuple[LeftOut, ...] = ()
    flights: tuple[Flight, ...] = ()

    @property
    def maps(self) -> tuple[FloorMap, ...]:
        """The maps of all storeys and flights, each at its index."""
        return (*self.floors, *(flight.map for flight in self.flights))
