"""The way that an instruction describes, and how far along it a robot got."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.dtw import without_repeats
from vln_pipeline.evaluation.world.planar import wrap
from vln_pipeline.planning.polyline import lengths_along, points_along

NEAR = 1.5
"""A robot nearer to the way than this is on it, metres: half of the usual success radius."""
CLOSE = 0.5
"""From where it was last this near, a robot that left the way began to leave it, metres."""
_AHEAD, _BACK = 3.0, 0.5
"""Stretch of the way, before and behind what is done of it, on which a robot is looked for, metres."""
_LEG = 1.0
"""Length over which a direction of the way is taken, metres."""
_SPACING = 0.1
_TURN = math.radians(45)
_BEHIND, _BEFORE = 3.0, 1.5
"""How far behind and before a place on the way a turn is looked for, metres."""


@dataclass(frozen=True)
class Turn:
    """A place where the way changes its direction by more than 45 degrees.

    Attributes:
        place: (2,) world, metres.
        incoming: direction in which one comes to it, world, radians.
        angle: to turn by, radians, to the left positive.
    """

    place: NDArray[np.float64]
    incoming: float
    angle: float


class Way:
    """A reference path as a line in xy.

    Args:
        reference: (R, 3) its points, metres.
        heading: of the robot at its start, radians.
    """

    def __init__(self, reference: NDArray[np.float64], heading: float) -> None:
        corners = without_repeats(reference[:, :2])
        self.length = float(lengths_along(corners)[-1])
        self._along = np.linspace(0, self.length, 1 + math.ceil(self.length / _SPACING))
        self._points = points_along(corners, self._along)
        self._heading = heading

    def point(self, along: float) -> NDArray[np.float64]:
        """Return the (2,) point some way along it, metres; its ends beyond them."""
        return np.array([np.interp(along, self._along, self._points[:, axis]) for axis in (0, 1)])

    def progress(self, positions: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return how far along the way (T, 2) positions are, never back, and how far from what is left of it.

        Returns:
            (T,) and (T,) metres.
        """
        done, dones, aparts = 0.0, [], []
        for place in positions:
            near = (self._along >= done - _BACK) & (self._along <= done + _AHEAD)
            distances = np.where(near, np.linalg.norm(self._points - place, axis=1), np.inf)
            nearest = int(distances.argmin())
            if distances[nearest] < NEAR:
                done = max(done, float(self._along[nearest]))
            dones.append(done)
            aparts.append(float(distances[nearest]))
        return np.array(dones), np.array(aparts)

    def bearing(self, along: float, pose: NDArray[np.float64]) -> float | None:
        """Return in which direction a robot at a (3,) x, y, yaw has to go on, radians, to the left positive.

        Args:
            along: how far along the way it is, metres.
            pose: where it is, world.

        Returns:
            None where the way is done.
        """
        offset = self.point(along + _LEG) - pose[:2]
        if along + _LEG / 2 > self.length:
            return None
        return wrap(math.atan2(offset[1], offset[0]) - pose[2])

    def turn_at(self, along: float) -> Turn | None:
        """Return the sharpest turn from 3 m behind a place on the way to 1.5 m before it; None where there is none."""
        found: Turn | None = None
        for at in np.arange(max(0.0, along - _BEHIND), min(along + _BEFORE, self.length - _LEG / 2), _SPACING):
            incoming = self._heading if at < _LEG / 2 else self._direction(at - _LEG, at)
            angle = wrap(self._direction(at, at + _LEG) - incoming)
            if abs(angle) > max(_TURN, abs(found.angle) if found else 0.0):
                found = Turn(self.point(at), incoming, angle)
        return found

    def _direction(self, start: float, end: float) -> float:
        offset = self.point(end) - self.point(start)
        return math.atan2(offset[1], offset[0])
