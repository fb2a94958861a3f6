"""A reference path cut into stretches that each lie on the map of one storey or one flight."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.episodes.ground import heights, storey_of
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap

_SNAP = 0.5
"""How far a reference point may be moved to where the robot can stand, metres."""
_STOREY = 1.0
"""How far above or below a storey's floor a reference point may be, metres."""
_FLIGHT = 0.4
"""The same of a flight, metres: two treads."""

_NO_STAIRS = "its reference path leads to another storey, where no stairs of the map lead (esdf.stairs)"
NOWHERE = -1_000_000
"""Row and column of the nearest open cell of a map that has none."""

Spots = Callable[[FloorMap], NDArray[np.int32]]
"""Returns the (2, H, W) cell nearest to each cell of a map in which the robot can stand."""


def stages(
    nav: NavigationMap, spots: Spots, start: NDArray[np.float64], way: NDArray[np.float64]
) -> list[tuple[FloorMap, NDArray[np.float64]]]:
    """Return the maps that a way leads over, each with the (K, 3) points to pass on it, the last one shared.

    Where neighbouring points have no map in common, the ends of the flight between their storeys are points too.

    Args:
        nav: storeys and flights.
        spots: of each map.
        start: (3,) where it begins, metres.
        way: (R, 3) points to pass, metres.

    Raises:
        ValueError: no flight leads from a point to the next.
    """
    places = [start]
    known = [_maps_of(nav, spots, start)]
    for point in way:
        found = _maps_of(nav, spots, point)
        if not known[-1] & found:
            between = _flight(nav, places[-1], point)
            places += between
            known += [_maps_of(nav, spots, end) for end in between]
            if not known[-1] & found:
                raise ValueError(_NO_STAIRS)
        places.append(point)
        known.append(found)
    pieces: list[tuple[FloorMap, NDArray[np.float64]]] = []
    first = 0
    while first < len(places) - 1:
        runs = {index: _run(index, known[first + 1 :]) for index in sorted(known[first])}
        best = max(runs, key=lambda index: runs[index])
        if not runs[best]:
            raise ValueError(_NO_STAIRS)
        pieces.append((nav.maps[best], np.array(places[first + 1 : first + 1 + runs[best]])))
        first += runs[best]
    return pieces


def snapped(floor: FloorMap, nearest: NDArray[np.int32], point: NDArray[np.float64]) -> tuple[int, int]:
    """Return the cell nearest to a point in which the robot can stand.

    Raises:
        ValueError: there is none nearby.
    """
    cell = _spot(floor, nearest, point)
    if cell is None:
        raise ValueError(f"the robot cannot stand within {_SNAP:g} m of a point of its reference path")
    return cell


def _spot(floor: FloorMap, nearest: NDArray[np.int32], point: NDArray[np.float64]) -> tuple[int, int] | None:
    row, column = np.floor(floor.to_cell(point[:2]) + 0.5).astype(int)
    height, width = nearest.shape[1:]
    if 0 <= row < height and 0 <= column < width:
        cell = nearest[:, row, column]
        if np.hypot(*(cell - (row, column))) * floor.cell <= _SNAP:
            return int(cell[0]), int(cell[1])
    return None


def _maps_of(nav: NavigationMap, spots: Spots, point: NDArray[np.float64]) -> set[int]:
    """Return the indexes of the maps that a point lies on: its storey's, and those of flights it can stand on."""
    storey = nav.floors[storey_of(nav, point)]
    away = abs(float(heights(storey, point[None, :2])[0]) - point[2])
    found = {storey.index} if away <= _STOREY else set()
    for flight in nav.flights:
        cell = _spot(flight.map, spots(flight.map), point)
        if cell is not None and abs(float(flight.map.ground[cell]) - point[2]) <= _FLIGHT:
            found.add(flight.map.index)
    return found


def _flight(nav: NavigationMap, start: NDArray[np.float64], end: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the two ends of the flight that leads from the storey of one point to that of another, in order."""
    here, there = storey_of(nav, start), storey_of(nav, end)
    ways = [(f.foot, f.head) for f in nav.flights if (f.lower, f.upper) == (here, there)]
    ways += [(f.head, f.foot) for f in nav.flights if (f.upper, f.lower) == (here, there)]
    if not ways:
        raise ValueError(_NO_STAIRS)
    lengths = [float(np.linalg.norm(first - start) + np.linalg.norm(end - last)) for first, last in ways]
    return list(ways[int(np.argmin(lengths))])


def _run(index: int, known: Sequence[set[int]]) -> int:
    """Return how many of the first points lie on a map."""
    for number, maps in enumerate(known):
        if index not in maps:
            return number
    return len(known)
