"""What an agent did in one episode, as far as its score depends on it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Trace:
    """One episode that was driven; positions are of the robot's base, world frame, metres.

    Attributes:
        positions: (T + 1, 3) before the first step and after each.
        to_goal: (T + 1,) geodesic distance of each to the goal, metres; infinite where no path leads there.
        stopped: whether the agent called STOP, rather than ran out of steps.
        collided: (T,) bool steps in which the body touched something.
        reference: (R, 3) path that the instruction describes.
        goal: (3,) where it ends.
        shortest: length of the shortest path from start to goal, metres.
    """

    positions: NDArray[np.float64]
    to_goal: NDArray[np.float64]
    stopped: bool
    collided: NDArray[np.bool_]
    reference: NDArray[np.float64]
    goal: NDArray[np.float64]
    shortest: float
