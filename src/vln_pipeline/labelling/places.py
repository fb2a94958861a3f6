"""In which part of its room a walk ends."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.keyframes import arc_length
from vln_pipeline.labelling.regions import room_at
from vln_pipeline.planning.navigation_map import FloorMap

_JUST_INSIDE = (0.3, 1.2)
"""Way since the door that is just inside, metres; this and the others are ours."""
_NEAR_END, _BEFORE_END = 1.0, 3.0
"""Farthest that a room's end lies ahead of one who is at it, and least of the room that lies behind, metres."""
_MIDDLE, _WIDE = 0.7, 8.0
"""Farthest that the middle of a room is from one who is in the middle of it, metres, and the least room with a middle
that is worth telling, square metres."""


class Place(StrEnum):
    """A part of a room."""

    ANYWHERE = ""
    INSIDE = "inside"
    END = "end"
    MIDDLE = "middle"


def place_of(path: NDArray[np.float64], yaw: float, floor: FloorMap) -> Place:
    """Return the part of its room that a walk ends in, as one who walks it would say.

    Args:
        path: (N, 3) positions, metres, world.
        yaw: heading at its end, radians.
        floor: the storey it runs on.
    """
    rooms = room_at(floor, path[:, :2])
    room, end = int(rooms[-1]), path[-1, :2]
    if room < 0:
        return Place.ANYWHERE
    walked = arc_length(path)
    outside = np.flatnonzero(rooms != room)
    since = walked[-1] - walked[outside[-1]] if outside.size else np.inf
    if _JUST_INSIDE[0] <= since <= _JUST_INSIDE[1]:
        return Place.INSIDE
    facing = np.array([np.cos(yaw), np.sin(yaw)])
    if _reach(end, facing, floor, room) <= _NEAR_END and _reach(end, -facing, floor, room) >= _BEFORE_END:
        return Place.END
    cells = np.argwhere(floor.room == room)
    middle = floor.to_world(cells.astype(np.float64)).mean(axis=0)
    if len(cells) * floor.cell**2 >= _WIDE and np.linalg.norm(end - middle) <= _MIDDLE:
        return Place.MIDDLE
    return Place.ANYWHERE


def _reach(start: NDArray[np.float64], direction: NDArray[np.float64], floor: FloorMap, room: int) -> float:
    """Return how far a room reaches from a place in it, metres, up to a little more than is asked for."""
    steps = np.arange(0.0, _BEFORE_END + 2 * floor.cell, floor.cell)
    left = np.flatnonzero(room_at(floor, start + steps[:, None] * direction) != room)
    return float(steps[left[0]] if left.size else steps[-1])
