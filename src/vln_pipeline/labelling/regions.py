"""Which rooms a walk passes through."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.keyframes import arc_length
from vln_pipeline.planning.navigation_map import FloorMap

_STAY = 0.6
"""A stretch in a room that is shorter than this only brushes its corner, metres."""

_AHEAD = 4.0
"""Farthest that a room ahead of a walk's end is told to be too far, metres."""


@dataclass(frozen=True)
class Visit:
    """A stretch of a walk in one room.

    Attributes:
        start: first frame.
        room: index of the room, -1 where none is known.
        label: type of the room, for instance "living room"; empty where it has no name.
    """

    start: int
    room: int
    label: str


def room_at(floor: FloorMap, xy: NDArray[np.float64]) -> NDArray[np.int16]:
    """Return the room index of (..., 2) world positions, metres; -1 where none is known."""
    cells = np.rint(floor.to_cell(xy)).astype(int)
    inside = ((cells >= 0) & (cells < floor.room.shape)).all(axis=-1)
    cells = np.where(np.expand_dims(inside, -1), cells, 0)
    return np.where(inside, floor.room[cells[..., 0], cells[..., 1]], np.int16(-1))


def visits(path: NDArray[np.float64], floor: FloorMap, labels: Sequence[str]) -> tuple[Visit, ...]:
    """Return the rooms of a walk in order, at least one; neighbours differ.

    The first and the last are those that the walk begins and ends in, however short its way there is.

    Args:
        path: (N, 3) positions, metres, world.
        floor: the storey it runs on.
        labels: type of each room that ``floor.room`` refers to; regions beyond the list have no name.
    """
    rooms = room_at(floor, path[:, :2]).astype(int)
    walked = arc_length(path)
    starts = np.flatnonzero(np.diff(rooms, prepend=rooms[0] - 1))
    stops = np.append(starts[1:], len(rooms) - 1)
    found: list[Visit] = []
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        room = int(rooms[start])
        at_end = room >= 0 and (start == 0 or stop == len(rooms) - 1)
        # A doorway's cells may belong to no room, and a path along a boundary flickers.
        brushed = not at_end and len(starts) > 1 and walked[stop] - walked[start] < _STAY
        if brushed or (found and room in (-1, found[-1].room)):
            continue
        found.append(Visit(start, room, labels[room] if 0 <= room < len(labels) else ""))
    if not found:
        return (Visit(0, -1, ""),)
    return (Visit(0, found[0].room, found[0].label), *found[1:])


def room_ahead(path: NDArray[np.float64], yaw: float, floor: FloorMap, labels: Sequence[str]) -> str:
    """Return the type of the room that one would enter by walking on from a walk's end.

    Empty where a wall comes first, no other room lies within reach, or the walk has been in a room of that type.

    Args:
        path: (N, 3) positions, metres, world.
        yaw: heading at its end, radians.
        floor: the storey it runs on.
        labels: type of each room that ``floor.room`` refers to.
    """
    ahead = path[-1, :2] + np.arange(0.0, _AHEAD, floor.cell)[:, None] * [np.cos(yaw), np.sin(yaw)]
    cells = np.rint(floor.to_cell(ahead)).astype(int)
    inside = np.all((cells >= 0) & (cells < floor.room.shape), axis=1)
    rows, columns = np.where(inside[:, None], cells, 0).T
    free = np.logical_and.accumulate(inside & (floor.esdf[rows, columns] > 0))
    rooms = floor.room[rows, columns][free]
    others = rooms[(rooms >= 0) & (rooms != rooms[:1])]
    been = {labels[i] for i in np.unique(room_at(floor, path[:, :2])).tolist() if 0 <= i < len(labels)}
    label = labels[others[0]] if others.size and others[0] < len(labels) else ""
    return "" if label in been else label
