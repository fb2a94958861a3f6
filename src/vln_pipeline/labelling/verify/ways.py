"""Ways that one may walk, and what happens along them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.labelling.verify.world import World
from vln_pipeline.planning.goal_field import GoalField, goal_field
from vln_pipeline.planning.polyline import lengths_along, points_along
from vln_pipeline.planning.search_grid import search_grid
from vln_pipeline.planning.string_pull import corners, pull

STEP = 0.2
"""Distance between the samples of a way, metres."""
_SMOOTH = 0.6
"""Corners are walked as bends of about this length, metres."""
_WINDOW = 5
"""Samples over which heading change is added up."""
_BENDS = 20.0
"""Heading change within the window from which on one turns, degrees."""
SPREAD = 2.4
"""What is walked over more metres is not one turn, and two turns within them may be told as one."""
_SEVERAL = 140.0
"""A spread bend of more degrees than anyone would call a turn to the left or right is two turns."""
_TURN = 50.0
"""A larger change of heading would be told by anyone, degrees."""
_CAUTION = (4.0, 0.6)
"""How walkers keep off walls: weight, and metres over which it fades; as people do, roughly."""


@dataclass(frozen=True)
class Ways:
    """Ways from one start; arrays are (W, T), and what lies beyond a way's end repeats its last sample.

    Attributes:
        xy: (W, T, 2) positions, ``STEP`` apart, metres, world.
        heading: degrees, without jumps.
        last: (W,) index of the last sample.
        room: room index, that of the sample before where none is known.
        place: index of the nearest place of the world.
        turn: degrees of the turn whose middle a sample is, 0 where there is none.
        yaw: heading before the first step, degrees.
    """

    xy: NDArray[np.float64]
    heading: NDArray[np.float64]
    last: NDArray[np.int64]
    room: NDArray[np.int64]
    place: NDArray[np.intp]
    turn: NDArray[np.float64]
    yaw: float

    @property
    def big(self) -> NDArray[np.bool_]:
        """Whether a sample is the middle of a turn that must be told."""
        return np.abs(self.turn) >= _TURN


def ways_of(world: World, paths: Sequence[NDArray[np.float64]], yaw: float) -> Ways:
    """Return what happens along paths that begin at one place.

    Args:
        world: the storey.
        paths: (n, 2) positions each, metres, world.
        yaw: heading before the first step, radians.
    """
    sampled = [_resampled(path) for path in paths]
    headings = [_heading(xy, yaw) for xy in sampled]
    longest = max(len(xy) for xy in sampled)
    last = np.array([len(xy) - 1 for xy in sampled])

    def padded(arrays: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        return np.stack([np.concatenate([a, np.repeat(a[-1:], longest - len(a), axis=0)]) for a in arrays])

    xy = padded(sampled)
    turn = np.zeros(xy.shape[:2])
    for i, heading in enumerate(headings):
        for place, angle in _turns(heading):
            turn[i, place] = angle
    room = world.room_index(xy)
    for t in range(1, room.shape[1]):
        room[:, t] = np.where(room[:, t] < 0, room[:, t - 1], room[:, t])
    heading = padded([h[1:] for h in headings])
    return Ways(xy, heading, last, room, world.nearest(xy), turn, float(np.degrees(yaw)))


def natural_paths(
    world: World, start: NDArray[np.float64], radius: float, config: VerifyConfig
) -> tuple[list[NDArray[np.float64]], NDArray[np.intp]]:
    """Return a natural way from a start to every place within reach, and the index of each place.

    Natural is the cheapest way that keeps off walls, pulled straight.
    """
    floor = world.floor
    grid = search_grid(floor, radius, 0.0, *_CAUTION)
    origin = _free_cell(grid, np.rint(floor.to_cell(start)).astype(int))
    # What it costs to keep off walls is no way: the bound is on the dearest way of that length.
    field: GoalField = goal_field(grid, origin, config.reach / floor.cell * (1 + _CAUTION[0]))
    reached = np.flatnonzero(np.isfinite(field.cost[world.places[:, 0], world.places[:, 1]]))
    paths, kept = [], []
    for index in reached.tolist():
        row, column = world.places[index].tolist()
        cells = field.path((row, column))[::-1]
        if len(cells) < 3:
            continue
        points = corners(cells)[:, ::-1].astype(np.float64) * floor.cell
        # Half a cell less than the radius, so that what the grid passes is passed here, too.
        pulled = pull(points, floor.esdf, floor.cell, max(0.05, radius - floor.cell), 0.25 * floor.cell)
        if np.linalg.norm(np.diff(pulled, axis=0), axis=1).sum() > config.reach:
            continue
        paths.append(pulled + floor.origin + 0.5 * floor.cell)
        kept.append(index)
    return paths, np.array(kept, dtype=np.intp)


def _free_cell(grid: NDArray[np.float64], cell: NDArray[np.int64]) -> tuple[int, int]:
    """Return the free cell nearest to a cell."""
    free = np.argwhere(np.isfinite(grid[1:-1, 1:-1]))
    row, column = free[np.argmin(((free - cell) ** 2).sum(axis=1))]
    return int(row), int(column)


def _resampled(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a path sampled every ``STEP``, its corners rounded."""
    fine = _evenly(path[:, :2], STEP / 4)
    half = round(_SMOOTH / (STEP / 4) / 2)
    kernel = np.ones(2 * half + 1) / (2 * half + 1)
    # Mirrored at the ends through them, so that both stay where they are.
    padded = np.pad(fine, ((half, half), (0, 0)), mode="reflect", reflect_type="odd") if len(fine) > half else fine
    if len(padded) > len(kernel):
        fine = np.stack([np.convolve(padded[:, i], kernel, mode="valid") for i in range(2)], axis=1)
    return _evenly(fine, STEP)


def _evenly(path: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    length = lengths_along(path)[-1]
    return points_along(path, np.linspace(0.0, length, max(2, round(length / step) + 1)))


def _heading(xy: NDArray[np.float64], yaw: float) -> NDArray[np.float64]:
    """Return headings, degrees: that before the first step, then one per sample."""
    ahead = xy[np.minimum(np.arange(len(xy)) + 1, len(xy) - 1)] - xy[np.maximum(np.arange(len(xy)) - 1, 0)]
    return np.degrees(np.unwrap(np.concatenate([[yaw], np.arctan2(ahead[:, 1], ahead[:, 0])])))


def _turns(heading: NDArray[np.float64]) -> list[tuple[int, float]]:
    """Return the sample of the middle and the angle of each turn; of a long wide bend, of each half of it."""
    change = np.diff(heading)
    total = np.convolve(change, np.ones(_WINDOW), mode="full")[_WINDOW // 2 : _WINDOW // 2 + len(change)]
    sign = np.where(np.abs(total) >= _BENDS, np.sign(total), 0.0)
    edges = np.flatnonzero(np.diff(sign, prepend=0.0, append=0.0))
    found = []
    for first, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if sign[first]:
            low, high = max(0, first - _WINDOW // 2), min(len(change), stop + _WINDOW // 2)
            done = np.cumsum(np.where(np.sign(change[low:high]) == sign[first], change[low:high], 0.0))
            angle = float(done[-1])
            if abs(angle) < _BENDS:
                continue
            parts = 2 if abs(angle) > _SEVERAL and (high - low) * STEP > SPREAD else 1
            for part in range(parts):
                share = (part + 0.5) / parts
                found.append((low + int(np.argmax(np.abs(done) >= abs(angle) * share)), angle / parts))
    return found
