"""What one robot recorded on one trajectory, as the layout stores it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEPTH_RANGE = 10.0
"""Depth that a stored 1.0 stands for, metres: that far, farther, or nothing hit."""

SUCCESS = "success"
"""Finish status, and reason of failure, of a robot that stopped at its goal."""


@dataclass(frozen=True)
class Track:
    """The poses of a camera or a robot's base; Isaac Sim's frame, see ``isaac_frame``.

    Attributes:
        position: (N, 3) float64, metres, world, z up.
        orientation: (N, 4) float64 quaternion w, x, y, z of a body with x forward, y left, z up.
        yaw: (N,) float64, radians.
    """

    position: NDArray[np.float64]
    orientation: NDArray[np.float64]
    yaw: NDArray[np.float64]


@dataclass(frozen=True)
class Words:
    """One instruction.

    Attributes:
        text: the words.
        tokens: their ids in some vocabulary, padded with 0; empty where there is none.
    """

    text: str
    tokens: tuple[int, ...] = ()


@dataclass(frozen=True)
class Recording:
    """One trajectory.

    Attributes:
        camera: of each frame.
        robot: of each frame; its base, not the ground below it.
        progress: (N,) float64 share of the way, 0 to 1.
        step: (N,) int64 number of the action.
        action: (N,) int64 what is done from this frame on: 0 stop, 1 forward, 2 left, 3 right.
        rgb: (N, h, w, 3) uint8 sRGB.
        depth: (N, h, w) float32 planar depth over ``DEPTH_RANGE``, at most 1.
        finish_status: success, stuck or fail.
        fail_reason: success, stuck, fall or what else ended it.
        words: one or more instructions.
    """

    camera: Track
    robot: Track
    progress: NDArray[np.float64]
    step: NDArray[np.int64]
    action: NDArray[np.int64]
    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    finish_status: str
    fail_reason: str
    words: tuple[Words, ...]

    def __len__(self) -> int:
        return len(self.action)
