"""A planned walk, in both of its forms: a smooth path and discrete actions."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray


class Action(IntEnum):
    """Discrete actions of VLN-CE with InternVLA-N1's ids; forward is 0.25 m, a turn 15 degrees."""

    STOP = 0
    FORWARD = 1
    LEFT = 2
    RIGHT = 3
    LOOK_DOWN = 5


@dataclass(frozen=True)
class Trajectory:
    """One walk on one floor, or over a flight from one to another.

    Positions are of the robot's base on the ground, world frame, metres, z up.

    Attributes:
        id: "<scene>_<index, 5 digits>", unique in its run.
        scene: scene id.
        floor: index of its map, ``NavigationMap.maps``.
        path: (N, 3) float64 positions of the continuous dialect, one per frame.
        yaw: (N,) float64 headings, radians, counter-clockwise from +x; along the path unless a gaze leaves it.
        clearance: (N,) float32 ESDF at each position, metres; never below the robot's radius.
        actions: (L - 1,) int8 motion actions (``Action``); the final STOP is implied.
        poses: (L, 4) float64 (x, y, z, yaw) before each action and, last, where STOP is called.
        geodesic: length of the shortest collision-free path from start to goal, metres.
        sway: (L, 4, 4) float64 at each of ``poses``, how the body stands, seen from its upright frame on the ground
            (x forward, y left, z up); None for a body that is always upright.
    """

    id: str
    scene: str
    floor: int
    path: NDArray[np.float64]
    yaw: NDArray[np.float64]
    clearance: NDArray[np.float32]
    actions: NDArray[np.int8]
    poses: NDArray[np.float64]
    geodesic: float
    sway: NDArray[np.float64] | None = None

    @property
    def length(self) -> float:
        """Length of the continuous path, metres."""
        return float(np.linalg.norm(np.diff(self.path, axis=0), axis=1).sum())

    @property
    def straight(self) -> float:
        """Straight-line distance from start to goal, metres."""
        return float(np.linalg.norm(self.path[-1] - self.path[0]))
