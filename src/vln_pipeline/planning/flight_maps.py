"""Maps of the flights between storeys, on which walks lead from one to the other."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.config import EsdfConfig
from vln_pipeline.planning.flights import Unrolled, smoothed
from vln_pipeline.planning.free_space import free_space
from vln_pipeline.planning.navigation_map import Flight, FloorMap, LeftOut
from vln_pipeline.planning.traversability import Traversability

_WINDOW = 0.3
"""Stretch over which steps become a slope, metres: about a tread."""
_SAME = 0.05
"""Two maps have one floor where their heights differ by no more, metres."""
_NEAR_END = 0.3
"""The foot and the head are where there is most room within so much of the nearest place, metres."""


def flight_maps(
    unrolled: Sequence[Unrolled],
    spaces: Sequence[Traversability],
    ground: NDArray[np.float32],
    storeys: Mapping[int, FloorMap],
    named: bool,
    config: EsdfConfig,
) -> tuple[list[Flight], list[LeftOut]]:
    """Return the flights that the robot can walk, and those that it cannot, for the report.

    Args:
        unrolled: the flights.
        spaces: of each flight's layer.
        ground: (N, H, W) height of each flight's floor, metres, world z.
        storeys: maps of the storeys on which the robot fits, by the indexes that ``unrolled`` uses.
        named: whether rooms have the scene's indexes; anonymous ones are counted on each storey.
        config: the robot and the grid.
    """
    flights: list[Flight] = []
    left_out: list[LeftOut] = []
    for flight, space, height in zip(unrolled, spaces, ground, strict=True):
        if flight.lower not in storeys or flight.upper not in storeys:
            continue
        lower, upper = storeys[flight.lower], storeys[flight.upper]
        if not named:
            upper = replace(upper, room=np.where(upper.room < 0, upper.room, upper.room + lower.room.max() + 1))
        made = _flight(flight, space, height, lower, upper, len(storeys) + len(flights), config)
        if made is not None:
            flights.append(made)
        elif not _is_split(lower, upper, config):
            between = space.free & (height > lower.height + config.max_step) & (height < upper.height - config.max_step)
            left_out.append(
                LeftOut(
                    float(between.sum() * config.cell**2),
                    (lower.height + upper.height) / 2,
                    f"stairs between storeys {lower.index} and {upper.index} on which no walk leads from one to the "
                    "other: they are too narrow or turn too tightly (esdf.radius)",
                )
            )
    return flights, left_out


def _is_split(lower: FloorMap, upper: FloorMap, config: EsdfConfig) -> bool:
    """Return whether the storeys are so near in height that what joins them is a step or two and no flight."""
    return upper.height - lower.height <= 3 * config.max_step


def _flight(
    flight: Unrolled,
    space: Traversability,
    height: NDArray[np.float32],
    lower: FloorMap,
    upper: FloorMap,
    index: int,
    config: EsdfConfig,
) -> Flight | None:
    esdf, navigable = free_space(space.free, config)
    reached = navigable & (flight.steps >= 0)
    if not reached.any():
        return None
    _, label = cv2.connectedComponents(navigable.astype(np.uint8), connectivity=4)
    piece = label == label.flat[int(np.argmin(np.where(reached, flight.steps, np.iinfo(np.int32).max)))]
    ends = [_end(flight, storey, height, esdf, piece, config) for storey in (lower, upper)]
    if ends[0] is None or ends[1] is None:
        return None
    radius = max(1, round(_WINDOW / 2 / config.cell))
    ground = np.where(esdf > 0, smoothed(height, radius, config.max_step), np.float32(np.nan))
    room = np.where(height < (lower.height + upper.height) / 2, lower.room, upper.room)
    room = np.where(esdf > 0, room, -1).astype(np.int16)
    floor = FloorMap(index, lower.height, config.cell, lower.origin, esdf, ground, piece, room)
    foot, head = (_place(floor, cell) for cell in ends if cell is not None)
    return Flight(lower.index, upper.index, foot, head, floor)


def _end(
    flight: Unrolled,
    storey: FloorMap,
    height: NDArray[np.float32],
    esdf: NDArray[np.float32],
    piece: NDArray[np.bool_],
    config: EsdfConfig,
) -> tuple[int, int] | None:
    """Return the cell where the flight leaves a storey's level, or None where it does not reach it."""
    level = np.abs(height - storey.height) <= config.max_step / 2
    shared = piece & level & storey.navigable & (np.abs(storey.ground - height) <= _SAME) & (flight.steps >= 0)
    if not shared.any():
        return None
    nearest = int(flight.steps[shared].min())
    near = shared & (flight.steps <= nearest + round(_NEAR_END / config.cell))
    row, column = np.unravel_index(int(np.argmax(np.where(near, esdf, -np.inf))), esdf.shape)
    return int(row), int(column)


def _place(floor: FloorMap, cell: tuple[int, int]) -> NDArray[np.float64]:
    x, y = floor.to_world(np.array(cell, dtype=np.float64))
    return np.array([x, y, float(floor.ground[cell])])
