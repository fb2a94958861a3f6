"""Draws the episodes of a scene: within a distance band, with a share of detours, each from a seed of its own."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.evaluation.local_planner import GoalKind
from vln_pipeline.evaluation.system1.episode import DEFINITION, Episode, EpisodeSet, Target
from vln_pipeline.evaluation.system1.episodes_config import EpisodesConfig
from vln_pipeline.planning.clearance import segment_clear
from vln_pipeline.planning.geodesic import geodesic_field
from vln_pipeline.planning.goal_field import goal_field
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.planning.search_grid import search_grid
from vln_pipeline.rendering.camera import Intrinsics
from vln_pipeline.seeding import generator

_BEARING = 1.0
"""Length of way over which a heading along a path is taken, metres."""
_SIGHT = 0.05
"""Clearance of a line of sight, metres."""
_SIGHT_TESTS = 400
"""Starts that are tested for a view of one goal."""

_Cell = NDArray[np.int64]


def draw_episodes(nav: NavigationMap, config: EpisodesConfig, camera: Intrinsics, seed: int) -> EpisodeSet:
    """Draw the episodes of one scene; what an episode is does not depend on how many there are.

    Args:
        nav: the scene's floors, for the robot that will drive.
        config: kinds, numbers, distances, headings.
        camera: the robot's; pixel goals lie in its view at the start.
        seed: of the run.

    Raises:
        DataError: a scene has no room for an episode of some kind.
    """
    storeys = [_Storey(floor, nav.radius, config) for floor in nav.floors]
    hfov = 2 * math.atan(camera.width / 2 / camera.fx)
    episodes = [
        _draw(nav.scene, storeys, kind, number, config, hfov, seed)
        for kind, count in config.counts.items()
        for number in range(count)
    ]
    return EpisodeSet(nav.scene, DEFINITION, seed, nav.radius, tuple(episodes))


@dataclass(frozen=True)
class _Storey:
    floor: FloorMap
    radius: float
    config: EpisodesConfig

    @cached_property
    def open(self) -> NDArray[np.bool_]:
        """(H, W) cells where an episode may start or end."""
        return self.floor.navigable & (self.floor.esdf >= self.radius + self.config.endpoint_clearance)

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """(N, 2) the same as (row, column)."""
        return np.argwhere(self.open)

    @cached_property
    def grid(self) -> NDArray[np.float64]:
        return search_grid(self.floor, self.radius)

    def pick(self, rng: np.random.Generator, among: NDArray[np.int64]) -> _Cell:
        return among[rng.integers(len(among))]

    def on_ground(self, cell: _Cell) -> NDArray[np.float64]:
        """Return (3,) the world position of a cell."""
        x, y = self.floor.to_world(cell.astype(np.float64))
        height = float(self.floor.ground[tuple(cell)])
        return np.array([x, y, self.floor.height if np.isnan(height) else height])

    def in_sight(self, start: _Cell, goal: _Cell) -> bool:
        points = np.array([start, goal])[:, ::-1] * self.floor.cell
        return bool(segment_clear(self.floor.esdf, self.floor.cell, points[0], points[1], _SIGHT, _SIGHT / 4))

    def headings(self, start: _Cell, goal: _Cell) -> tuple[float, float]:
        """Return the headings in which the shortest way sets out and in which it arrives, radians."""
        path = goal_field(self.grid, (int(goal[0]), int(goal[1]))).path((int(start[0]), int(start[1])))
        ahead = min(len(path) - 1, round(_BEARING / self.floor.cell))
        return _bearing(path[0], path[ahead]), _bearing(path[-1 - ahead], path[-1])


def _draw(
    scene: str,
    storeys: list[_Storey],
    kind: GoalKind,
    number: int,
    config: EpisodesConfig,
    hfov: float,
    seed: int,
) -> Episode:
    rng = generator(seed, scene, "system1_episodes", kind.value, number)
    areas = np.array([len(storey.cells) for storey in storeys], dtype=np.float64)
    if not areas.sum():
        cause = f"no floor with {config.endpoint_clearance} m beside the robot"
        raise DataError(scene, cause, "lower evaluate_system1.episodes.endpoint_clearance")
    name = f"{kind.value}_{number:02d}"
    detour = rng.random() < config.detour_share
    for attempt in range(config.tries):
        storey = storeys[rng.choice(len(storeys), p=areas / areas.sum())]
        here = storey.pick(rng, storey.cells)
        if kind is GoalKind.NONE:
            return Episode(name, kind, storey.floor.index, storey.on_ground(here), rng.uniform(-np.pi, np.pi), None)
        # A scene without detours, or without anything else, still has episodes.
        wanted = detour if attempt < config.tries // 2 else None
        start, length = _start(rng, storey, here, kind, wanted, config)
        if start is not None:
            return _towards(rng, name, kind, storey, start, here, length, config, hfov)
    cause = f"no {kind.value} episode of {config.min_distance} to {config.max_distance} m in {config.tries} draws"
    raise DataError(scene, cause, "lower evaluate_system1.episodes.min_distance, or raise tries")


def _start(
    rng: np.random.Generator,
    storey: _Storey,
    goal: _Cell,
    kind: GoalKind,
    detour: bool | None,
    config: EpisodesConfig,
) -> tuple[_Cell | None, float]:
    """Draw a start for a goal, and the length of the way between them, metres."""
    floor = storey.floor
    lengths = geodesic_field(floor, floor.to_world(goal.astype(np.float64)))[tuple(storey.cells.T)]
    straight = np.linalg.norm(storey.cells - goal, axis=1) * floor.cell
    fit = (lengths >= config.min_distance) & (lengths <= config.max_distance)
    if kind is GoalKind.PIXEL:
        seen = [
            i for i in rng.permutation(np.flatnonzero(fit))[:_SIGHT_TESTS] if storey.in_sight(storey.cells[i], goal)
        ]
        fit = np.isin(np.arange(len(fit)), seen)
    elif detour is not None:
        fit &= (lengths > config.detour_ratio * straight) == detour
    found = np.flatnonzero(fit)
    if not len(found):
        return None, np.inf
    index = int(rng.choice(found))
    return storey.cells[index], float(lengths[index])


def _towards(
    rng: np.random.Generator,
    name: str,
    kind: GoalKind,
    storey: _Storey,
    start: _Cell,
    goal: _Cell,
    length: float,
    config: EpisodesConfig,
    hfov: float,
) -> Episode:
    sets_out, arrives = storey.headings(start, goal)
    if kind is GoalKind.PIXEL:
        yaw = _bearing(start, goal) + rng.uniform(-hfov / 4, hfov / 4)
    elif config.heading == "random":
        yaw = rng.uniform(-np.pi, np.pi)
    else:
        spread = np.radians(config.heading_spread)
        yaw = sets_out + rng.uniform(-spread, spread)
    straight = float(np.linalg.norm(start - goal) * storey.floor.cell)
    target = Target(storey.on_ground(goal), arrives, length, straight)
    return Episode(name, kind, storey.floor.index, storey.on_ground(start), float(yaw), target)


def _bearing(here: _Cell, there: _Cell) -> float:
    return float(np.arctan2(there[0] - here[0], there[1] - here[1]))
