"""What one robot did in one episode: the record that every metric is taken from."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.system1.episode import Episode


class Ending(StrEnum):
    """Why an episode ended."""

    ARRIVED = "arrived"
    STOPPED = "stopped"
    TOUCHED = "touched"
    STUCK = "stuck"
    TIME = "time"


@dataclass(frozen=True)
class Drive:
    """A robot's way through an episode.

    Attributes:
        episode: what was asked.
        track: (N + 1, 4) float64 pose before each control step and after the last: x, y, z, metres, and yaw.
        contact: (N,) bool whether the body touched something in the step.
        blocked: (N,) bool whether a touch kept it from covering half of the distance commanded.
        period: seconds a control step takes.
        ending: why it ended.
        remaining: geodesic distance from the end to the goal, metres; NaN where there is none.
        explored: floor seen, square metres; NaN where the episode has a goal.
    """

    episode: Episode
    track: NDArray[np.float64]
    contact: NDArray[np.bool_]
    blocked: NDArray[np.bool_]
    period: float
    ending: Ending
    remaining: float
    explored: float
