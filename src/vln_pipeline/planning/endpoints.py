"""Draws starts and goals: within a distance band, clear of obstacles, where the floor was visited least."""

import math
from collections import Counter
from dataclasses import replace

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.planning.astar import AStar
from vln_pipeline.planning.endpoint_pairs import EndpointPair, EndpointPairs
from vln_pipeline.planning.goal_field import goal_field, route_cost
from vln_pipeline.planning.navigation_map import Flight, FloorMap, NavigationMap
from vln_pipeline.planning.search_grid import search_grid
from vln_pipeline.planning.spread import Shape, Spread
from vln_pipeline.planning.string_pull import corners, pulled_length
from vln_pipeline.planning.walk_config import SamplingConfig
from vln_pipeline.seeding import generator

FEW_STARTS = 3
"""Up to so many starts per goal, single searches are faster than a field over the whole floor."""
GRID_EXCESS = 1.05
"""Length of a path along eight directions over the straight one, averaged over directions."""

_PATIENCE = 3
"""Goals drawn per goal needed after which places are filled with what was set aside."""

_LEVEL = 0.1
"""A walk over a flight begins and ends no farther above or below the storeys' levels, metres."""

Route = tuple[NDArray[np.int64], float]
"""Cells of the cheapest grid path from start to goal, and the length of the shortest path, metres."""


def sample_endpoints(nav: NavigationMap, config: SamplingConfig, seed: int) -> EndpointPairs:
    """Draw the pairs of one scene.

    Goals are drawn over all floors, starts from the goal's surroundings by geodesic distance, both in inverse
    proportion to how often the paths drawn so far crossed their part of the floor. Pairs that a quota has no place for
    are set aside, and fill the places that nothing better was found for.

    Args:
        nav: the scene's floors, and the flights between them.
        config: bands, weights, numbers.
        seed: the run's seed.

    Raises:
        DataError: not a single pair was found.
    """
    storeys = [_Storey(floor, nav.radius, config) for floor in nav.floors]
    flights = [_Storey(f.map, nav.radius, config, _sides(f, nav.floors[f.upper])) for f in nav.flights]
    spread = Spread(config, len({room for storey in storeys for room in storey.rooms()}))
    pairs: list[EndpointPair] = []
    aside: list[tuple[EndpointPair, Shape, tuple[int, int], str]] = []
    rejected: Counter[str] = Counter()
    needed = math.ceil(config.pairs / config.starts_per_goal)

    def keep(pair: EndpointPair, shape: Shape, rooms: tuple[int, int]) -> None:
        pairs.append(replace(pair, index=len(pairs)))
        spread.keep(pair, shape, rooms)

    for draw in range(config.tries * needed):
        rng = generator(seed, nav.scene, "sampling", draw)
        climbing = flights and rng.random() < config.stairs_share
        among = flights if climbing else storeys
        interest = np.array([storey.interest() for storey in among])
        given_up = draw >= _PATIENCE * needed and len(pairs) + len(aside) >= config.pairs
        if len(pairs) == config.pairs or given_up:
            break
        if not interest.sum():
            continue
        storey = among[rng.choice(len(among), p=interest / interest.sum())]
        count = min(config.starts_per_goal, config.pairs - len(pairs))
        caution, routes = storey.draw(rng, count, rejected)
        starts = storey.on_ground(np.array([cells[0] for cells, _ in routes], dtype=np.int64).reshape(-1, 2))
        goals = storey.on_ground(np.array([cells[-1] for cells, _ in routes], dtype=np.int64).reshape(-1, 2))
        for start, goal, (cells, geodesic) in zip(starts, goals, routes, strict=True):
            path = storey.floor.to_world(corners(cells).astype(np.float64))
            pair = EndpointPair(len(pairs), storey.floor.index, start, goal, geodesic, caution, path)
            shape, rooms = Shape(path), storey.rooms_of(cells)
            if spread.too_near(pair, shape):
                rejected["nearer than walk_spacing to another walk"] += 1
            elif quota := spread.quota(shape, rooms):
                aside.append((pair, shape, rooms, quota))
            else:
                storey.visit(cells)
                keep(pair, shape, rooms)
    for pair, shape, rooms, quota in aside:
        if len(pairs) < config.pairs and not spread.too_near(pair, shape):
            keep(pair, shape, rooms)
        else:
            rejected[f"beyond {quota}"] += 1
    rejected.update(spread.unmet())
    if not pairs:
        reasons = ", ".join(f"{count} x {reason}" for reason, count in rejected.items()) or "no cell is clear enough"
        cause = f"no navigable pair of {config.min_distance} to {config.max_distance} m ({reasons})"
        raise DataError(nav.scene, cause, "lower sampling.min_distance, sampling.endpoint_clearance or esdf.radius")
    return EndpointPairs(nav.scene, tuple(pairs), dict(sorted(rejected.items())))


class _Storey:
    """One floor, with how often each block of it was visited.

    On the map of a flight, starts and goals lie on different sides of it, (H, W) 0 or 1, and never where that is -1.
    """

    def __init__(
        self, floor: FloorMap, radius: float, config: SamplingConfig, sides: NDArray[np.int8] | None = None
    ) -> None:
        self.floor, self._radius, self._config = floor, radius, config
        self._block = max(1, round(config.coverage_cell / floor.cell))
        self._visits = np.zeros(np.array(floor.esdf.shape) // self._block + 1, dtype=np.float32)
        ends = floor.navigable & (floor.esdf >= radius + config.endpoint_clearance)
        cells = np.argwhere(ends if sides is None else ends & (sides >= 0))
        self._cells = cells[np.argsort(self._blocks(cells), kind="stable")]
        self._side = None if sides is None else sides[self._cells[:, 0], self._cells[:, 1]]
        self._block_of = self._blocks(self._cells)
        self._free = np.ones(len(self._cells), dtype=bool)  # for goals: far enough from the earlier ones
        self._first = np.searchsorted(self._block_of, np.arange(self._visits.size + 1))
        self._shortest = search_grid(floor, radius, config.path_margin)
        self._grids = {
            caution: search_grid(
                floor, radius, config.path_margin, caution * config.clearance_weight, config.clearance_band
            )
            for caution in (1.0, config.low_clearance_caution)
        }
        self._astar = {caution: AStar(grid) for caution, grid in self._grids.items()}

    def rooms(self) -> list[int]:
        """Return the rooms that starts and goals may lie in."""
        found = np.unique(self.floor.room[self._cells[:, 0], self._cells[:, 1]]).tolist()
        return [room for room in found if room >= 0]

    def rooms_of(self, cells: NDArray[np.int64]) -> tuple[int, int]:
        """Return the index of the rooms that a path over (N, 2) cells begins and ends in; -1 where none is known."""
        first, last = self.floor.room[cells[[0, -1], 0], cells[[0, -1], 1]].tolist()
        return int(first), int(last)

    def interest(self) -> float:
        """Return how much of the floor there is to visit, less where it was visited before."""
        return float((self._weights() * np.diff(self._first)).sum())

    def visit(self, cells: NDArray[np.int64]) -> None:
        """Count a path over (N, 2) cells."""
        _count(self._visits, self._block, cells)

    def on_ground(self, cells: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return (N, 3) world positions of (N, 2) cells."""
        height = self.floor.ground[cells[:, 0], cells[:, 1]].astype(np.float64)
        height = np.where(np.isnan(height), self.floor.height, height)
        return np.column_stack([self.floor.to_world(cells.astype(np.float64)), height])

    def draw(self, rng: np.random.Generator, count: int, rejected: Counter[str]) -> tuple[float, list[Route]]:
        """Draw a caution, one goal and the ways from up to ``count`` starts; count what is rejected, by reason."""
        low = rng.random() < self._config.low_clearance_share
        caution = self._config.low_clearance_caution if low else 1.0
        if not self._free.any():
            rejected["no goal farther than goal_spacing from the others"] += 1
            return caution, []
        goal = self._pick(rng, 1, self._free)[0]
        routes = self._routes(rng, goal, caution, count)
        if not routes:
            rejected["no start in the distance band"] += 1
        found = []
        for route in routes:
            if route[1] < self._config.min_distance:
                rejected["nearer than min_distance"] += 1
            elif route[1] > self._config.max_distance:
                rejected["farther than max_distance"] += 1
            else:
                found.append(route)
        if found:
            apart = np.linalg.norm(self._cells - self._cells[goal], axis=1) * self.floor.cell
            self._free &= apart >= self._config.goal_spacing
        return caution, found

    def _routes(self, rng: np.random.Generator, goal: int, caution: float, count: int) -> list[Route]:
        """Draw starts by their distance along the grid, and the way from each."""
        farthest = self._config.max_distance / self.floor.cell * GRID_EXCESS
        shortest = goal_field(self._shortest, self._cells[goal], farthest)
        distance = shortest.cost[self._cells[:, 0], self._cells[:, 1]] * self.floor.cell / GRID_EXCESS
        in_band = (distance >= self._config.min_distance) & (distance <= self._config.max_distance)
        if self._side is not None:
            in_band &= self._side != self._side[goal]
        starts = self._pick(rng, count, in_band)
        direct = [shortest.path(start) for start in self._cells[starts]]
        if len(starts) <= FEW_STARTS:
            search = self._astar[caution]
            cheapest = [search.path(start, self._cells[goal])[0] for start in self._cells[starts]]
        else:
            # The cheapest way costs no more than the shortest one does.
            limit = max(route_cost(self._grids[caution], cells) for cells in direct) * (1 + 1e-9)
            field = goal_field(self._grids[caution], self._cells[goal], limit)
            cheapest = [field.path(start) for start in self._cells[starts]]
        return list(zip(cheapest, map(self._length, direct), strict=True))

    def _pick(self, rng: np.random.Generator, count: int, among: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Draw up to ``count`` indexes into the cells, no two in one block.

        Blocks are drawn without replacement by weight (exponential keys, Efraimidis and Spirakis 2006), then a cell
        in each.
        """
        population = np.bincount(self._block_of[among], minlength=self._visits.size)
        blocks = np.flatnonzero(population)
        keys = rng.exponential(size=blocks.size) / (self._weights()[blocks] * population[blocks])
        chosen = blocks[np.argsort(keys, kind="stable")[:count]]
        members = (np.flatnonzero(among[self._first[b] : self._first[b + 1]]) + self._first[b] for b in chosen)
        return np.array([member[rng.integers(member.size)] for member in members], dtype=np.int64)

    def _weights(self) -> NDArray[np.float64]:
        visits = cv2.GaussianBlur(self._visits, (0, 0), 1.0)
        return 1 / (1 + visits.ravel().astype(np.float64)) ** 2

    def _length(self, cells: NDArray[np.int64]) -> float:
        points = corners(cells)[:, ::-1].astype(np.float64) * self.floor.cell
        level = float(pulled_length(points, self.floor.esdf, self.floor.cell, self._radius))
        return level if self._side is None else level + self._climb(cells)

    def _climb(self, cells: NDArray[np.int64]) -> float:
        """Return by how much a way over (N, 2) cells is longer than its plan, metres."""
        plan = np.linalg.norm(np.diff(cells, axis=0), axis=1) * self.floor.cell
        rise = np.diff(self.on_ground(cells)[:, 2])
        return float((np.hypot(plan, rise) - plan).sum())

    def _blocks(self, cells: NDArray[np.int64]) -> NDArray[np.int64]:
        return (cells[:, 0] // self._block) * self._visits.shape[1] + cells[:, 1] // self._block


def _sides(flight: Flight, upper: FloorMap) -> NDArray[np.int8]:
    """Return (H, W) 0 on the lower storey, 1 on the upper one, -1 on the flight itself."""
    ground = flight.map.ground
    low, high = np.abs(ground - flight.map.height) <= _LEVEL, np.abs(ground - upper.height) <= _LEVEL
    return np.where(low, 0, np.where(high, 1, -1)).astype(np.int8)


@njit(cache=True)
def _count(visits: NDArray[np.float32], block: int, cells: NDArray[np.int64]) -> None:
    """Add one to every (block x block) block that a path over (N, 2) cells enters."""
    row = column = -1
    for n in range(cells.shape[0]):
        if cells[n, 0] // block != row or cells[n, 1] // block != column:
            row, column = cells[n, 0] // block, cells[n, 1] // block
            visits[row, column] += 1
