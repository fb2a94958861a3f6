"""How well our free space agrees with a published navigation mesh."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

_LEVEL = 0.5
"""How far a published surface may lie above or below a storey's floor, metres."""


class Storey(Protocol):
    """What is read of a planning ``FloorMap``; this package does not know the later stages."""

    @property
    def cell(self) -> float:
        """Edge of a cell, metres."""

    @property
    def origin(self) -> NDArray[np.float64]:
        """(2,) world xy of the outer corner of cell (0, 0), metres."""

    @property
    def ground(self) -> NDArray[np.float32]:
        """(H, W) height of the floor, NaN where there is none."""

    @property
    def height(self) -> float:
        """Height of the floor, metres."""

    @property
    def navigable(self) -> NDArray[np.bool_]:
        """(H, W) cells where the robot's axis may be."""


@dataclass(frozen=True)
class Agreement:
    """Free space of one storey, ours and the published one.

    Both are narrowed by the radius of a robot; where these differ, a rim as wide as the difference does not agree.

    Attributes:
        shared: square metres free in both.
        published: square metres free in the published mesh alone.
        ours: square metres free in ours alone.
    """

    shared: float
    published: float
    ours: float

    @property
    def overlap(self) -> float:
        """Shared area over that of either, in [0, 1]; 1 where both are empty."""
        either = self.shared + self.published + self.ours
        return self.shared / either if either else 1.0


def agreement(walkable: NDArray[np.float64], floors: Sequence[Storey]) -> tuple[Agreement, ...]:
    """Return the agreement of each storey.

    Args:
        walkable: (T, 3, 3) triangles of the published mesh, world, metres.
        floors: the storeys; a triangle belongs to those whose floor it lies near.
    """
    return tuple(_of(walkable, floor) for floor in floors)


def _of(walkable: NDArray[np.float64], floor: Storey) -> Agreement:
    near = np.abs(walkable[:, :, 2].mean(axis=1) - floor.height) <= _LEVEL
    triangles = shapely.polygons(walkable[near][:, :, :2])
    surface = shapely.union_all(triangles[shapely.area(triangles) > 0])
    rows, columns = floor.navigable.shape
    x = floor.origin[0] + (np.arange(columns) + 0.5) * floor.cell
    y = floor.origin[1] + (np.arange(rows) + 0.5) * floor.cell
    shapely.prepare(surface)
    published = shapely.contains_xy(surface, *np.meshgrid(x, y))
    area = floor.cell**2
    map_edge = shapely.box(*floor.origin, *(floor.origin + np.array([columns, rows]) * floor.cell))
    beyond = float(surface.difference(map_edge).area)
    return Agreement(
        shared=float((published & floor.navigable).sum() * area),
        published=float((published & ~floor.navigable).sum() * area) + beyond,
        ours=float((floor.navigable & ~published).sum() * area),
    )
