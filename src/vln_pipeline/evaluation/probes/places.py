"""Places at which the right answer is known: free floor ahead and to both sides, or something in the way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.probes.config import ExamineSystem1Config
from vln_pipeline.evaluation.world.planar import out_of
from vln_pipeline.planning.clearance import segment_clear
from vln_pipeline.planning.navigation_map import FloorMap, NavigationMap
from vln_pipeline.seeding import generator

_ROOM = 0.1
"""Clearance beyond the robot's radius that a free way has, metres: what a planner with a margin would drive."""
_SLACK = 0.01
_BACK = 0.5
"""Free floor behind a goal, metres, so that a path that runs on is no fault."""


@dataclass(frozen=True)
class Place:
    """Where questions are asked.

    Attributes:
        number: in its scene and of its kind.
        free: whether the ways straight ahead and to both sides are free; otherwise the one straight ahead is not.
        pose: (4,) x, y, z, metres, and yaw, radians, world.
        floor: index of the storey.
    """

    number: int
    free: bool
    pose: NDArray[np.float64]
    floor: int


def draw_places(nav: NavigationMap, config: ExamineSystem1Config, seed: int) -> list[Place]:
    """Return the places of a scene, free ones first; fewer than asked for where the scene has no more.

    Args:
        nav: the scene's floors.
        config: how many, and the distances of the goals.
        seed: of the run.
    """
    return [place for kind in ("free", "blocked") for place in _draw(nav, config, kind, seed)]


def _draw(
    nav: NavigationMap, config: ExamineSystem1Config, kind: Literal["free", "blocked"], seed: int
) -> Iterator[Place]:
    draw = generator(seed, nav.scene, "examine_system1", kind)
    cells = [np.argwhere(floor.navigable & (floor.esdf >= nav.radius + _ROOM)) for floor in nav.floors]
    counts = np.array([len(found) for found in cells], dtype=np.float64)
    if not counts.sum():
        return
    found = 0
    for _ in range(config.tries):
        index = int(draw.choice(len(cells), p=counts / counts.sum()))
        floor = nav.floors[index]
        cell = cells[index][draw.integers(len(cells[index]))]
        x, y = floor.to_world(cell.astype(np.float64))
        yaw = draw.uniform(-np.pi, np.pi)
        here = np.array([x, y, yaw])
        suits = _is_free(floor, here, nav.radius, config) if kind == "free" else _is_blocked(floor, here, nav, config)
        if suits:
            height = float(floor.ground[tuple(cell)])
            pose = np.array([x, y, floor.height if np.isnan(height) else height, yaw])
            yield Place(found, kind == "free", pose, index)
            found += 1
            if found == config.places:
                return


def _is_free(floor: FloorMap, here: NDArray[np.float64], radius: float, config: ExamineSystem1Config) -> bool:
    return all(
        _clear(floor, here, bearing, config.distance + _BACK, radius + _ROOM)
        for bearing in (0.0, config.side, -config.side)
    )


def _is_blocked(floor: FloorMap, here: NDArray[np.float64], nav: NavigationMap, config: ExamineSystem1Config) -> bool:
    """Tell whether a goal straight ahead can be stood on, the way there is not free, and the robot can set out."""
    goal = out_of(here, np.array([[config.detour, 0.0]]))
    row, column = np.rint(floor.to_cell(goal[0])).astype(int)
    inside = 0 <= row < floor.navigable.shape[0] and 0 <= column < floor.navigable.shape[1]
    if not (inside and floor.navigable[row, column]):
        return False
    sets_out = _clear(floor, here, 0.0, config.detour / 4, nav.radius)
    return sets_out and not _clear(floor, here, 0.0, config.detour, nav.radius - _ROOM)


def _clear(floor: FloorMap, here: NDArray[np.float64], bearing: float, length: float, radius: float) -> bool:
    angle = np.radians(bearing)
    ends = np.array([[0.0, 0.0], [length * np.cos(angle), length * np.sin(angle)]])
    local = (out_of(here, ends) - floor.origin) - floor.cell / 2
    return bool(segment_clear(floor.esdf, floor.cell, local[0], local[1], radius, _SLACK))
