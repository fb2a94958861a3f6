"""All storeys of a scene and the flights between them, as one place to walk in."""

from collections.abc import Sequence
from math import hypot, inf

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.storey import Storey
from vln_pipeline.planning.navigation_map import NavigationMap

_SAME = 0.15
"""Maps whose floor at a place is nearest to it, to within so many metres, all know that place: treads are no slope."""


class Building:
    """Where a body is, how far it is to a goal, and the way there, over stairs where the map has flights.

    Without flights, storeys are worlds of their own.

    Args:
        nav: storeys and flights.
        radius: of the body, metres.
        goals_kept: geodesic fields that are kept of each map.
    """

    def __init__(self, nav: NavigationMap, radius: float, goals_kept: int) -> None:
        kept = goals_kept + 2 * len(nav.flights)
        made = {floor.index: Storey(floor, radius, kept) for floor in nav.maps}
        made = {index: storey for index, storey in made.items() if len(storey.cells)}
        self.storeys = tuple(made[floor.index] for floor in nav.floors if floor.index in made)
        flights = [f for f in nav.flights if {f.map.index, f.lower, f.upper} <= made.keys()]
        self._maps = (*self.storeys, *(made[f.map.index] for f in flights))
        # A gate is a place that a storey and a flight share.
        self._gates = [
            (place, frozenset((made[f.map.index], made[storey])))
            for f in flights
            for place, storey in ((f.foot, f.lower), (f.head, f.upper))
        ]
        self._between: dict[tuple[int, int], tuple[float, Storey | None]] = {}
        self._goals: dict[bytes, list[tuple[float, int, Storey | None]]] = {}

    def around(self, place: NDArray[np.float64]) -> Storey:
        """Return the map that a (3,) place lies on: the one with the most room of those whose floor is there."""
        known = self._known(place)
        return known[0] if len(known) == 1 else max(known, key=lambda storey: storey.clearance(place))

    def distance(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
        """Return the length of the shortest way, metres; infinite where there is none."""
        return self._first(start, goal)[0]

    def path(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the (K, 3) corners of the shortest way; (0, 3) where there is none."""
        length, gate, storey = self._first(start, goal)
        pieces: list[NDArray[np.float64]] = []
        here = start
        while storey is not None and np.isfinite(length):
            there = goal if gate < 0 else self._gates[gate][0]
            piece = storey.path(here, there)
            if not len(piece):
                return np.zeros((0, 3))
            pieces.append(piece[1:] if pieces else piece)
            if gate < 0:
                return np.concatenate(pieces)
            here = there
            length, gate, storey = self._to_goal(goal)[gate]
        return np.zeros((0, 3))

    def _known(self, place: NDArray[np.float64]) -> Sequence[Storey]:
        """Return the maps whose floor at a place is nearest to it in height; one where none has floor there."""
        if len(self._maps) == 1:
            return self._maps
        away = np.array([abs(storey.on_ground(place)[2] - place[2]) for storey in self._maps])
        if not self._gates:
            return (self._maps[int(np.argmin(away))],)
        open_here = np.array([storey.clearance(place) > 0 for storey in self._maps])
        if not open_here.any():
            return (self._maps[int(np.argmin(away))],)
        nearest = away[open_here].min()
        there = open_here & (away <= nearest + _SAME)
        return [self._maps[index] for index in np.flatnonzero(there)]

    def _first(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> tuple[float, int, Storey | None]:
        """Return the length of the way, its first gate (-1 for the goal itself), and the map to walk there."""
        known = self._known(start)
        found = self._direct(start, known, goal, self._known(goal), -1)
        if not self._gates or found[2] in self.storeys:
            return found
        onward = self._to_goal(goal)
        for number, (place, maps) in enumerate(self._gates):
            rest = onward[number][0]
            if rest < found[0]:
                length, _, storey = self._direct(start, known, place, tuple(maps), number)
                if length + rest < found[0]:
                    found = length + rest, number, storey
        return found

    def _direct(
        self,
        start: NDArray[np.float64],
        known: Sequence[Storey],
        goal: NDArray[np.float64],
        there: Sequence[Storey],
        gate: int,
    ) -> tuple[float, int, Storey | None]:
        """Return the shortest way within one map that both places lie on."""
        best: tuple[float, int, Storey | None] = (inf, gate, None)
        rise = float(goal[2] - start[2])
        for storey in known:
            if storey in there:
                level = storey.distance(start, goal)
                length = level if storey in self.storeys else hypot(level, rise)
                if length < best[0]:
                    best = length, gate, storey
        return best

    def _to_goal(self, goal: NDArray[np.float64]) -> list[tuple[float, int, Storey | None]]:
        """Return the way from each gate to a goal as ``_first`` does (Dijkstra)."""
        key = np.asarray(goal, dtype=np.float64)[:3].tobytes()
        if key in self._goals:
            return self._goals[key]
        known = self._known(goal)
        best = [self._direct(place, tuple(maps), goal, known, -1) for place, maps in self._gates]
        left = set(range(len(best)))
        while left:
            here = min(left, key=lambda number: best[number][0])
            left.remove(here)
            for other in left:
                length, storey = self._gap(other, here)
                if length + best[here][0] < best[other][0]:
                    best[other] = length + best[here][0], here, storey
        if len(self._goals) >= 256:
            self._goals.clear()
        self._goals[key] = best
        return best

    def _gap(self, start: int, goal: int) -> tuple[float, Storey | None]:
        """Return the way from one gate to another within one map."""
        if (start, goal) not in self._between:
            (here, maps), (there, others) = self._gates[start], self._gates[goal]
            length, _, storey = self._direct(here, tuple(maps), there, tuple(others), goal)
            self._between[start, goal] = length, storey
        return self._between[start, goal]
