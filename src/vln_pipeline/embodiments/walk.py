"""What became of a route that one robot walked."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.trajectory import Trajectory


class Ending(StrEnum):
    """How a walk ended, by the words of the published data."""

    REACHED = "success"
    FELL = "fall"
    STUCK = "stuck"
    LATE = "max_step"

    @property
    def status(self) -> str:
        """The finish status of published data, which part the stuck from the others that failed."""
        return self.value if self in (Ending.REACHED, Ending.STUCK) else "fail"


@dataclass(frozen=True)
class Walk:
    """One robot's way along one route.

    Attributes:
        trajectory: the way, with the sway of the camera; its last pose is where the walk ended, however it did.
        embodiment: name of the profile.
        posture: (L, 3) float64 lift, metres, pitch (forwards and down positive) and roll (right side down positive),
            radians, at each of the trajectory's poses.
        progress: (L,) float64 share of the route's length that was covered, never less than before.
        ending: how it ended.
        instructions: the words of the route, one or more.
    """

    trajectory: Trajectory
    embodiment: str
    posture: NDArray[np.float64]
    progress: NDArray[np.float64]
    ending: Ending
    instructions: tuple[str, ...]

    @property
    def fell(self) -> bool:
        """Whether the robot fell."""
        return self.ending is Ending.FELL

    @property
    def stuck(self) -> bool:
        """Whether the robot got stuck."""
        return self.ending is Ending.STUCK


@dataclass(frozen=True)
class WalkSet:
    """The walks of one robot in one scene.

    Attributes:
        scene: scene id.
        embodiment: name of the profile.
        walks: in the order of the routes.
        rejected: routes that the robot cannot walk at all, by reason.
        left_out: episodes that became no route of their own, by reason, whatever the robot.
    """

    scene: str
    embodiment: str
    walks: tuple[Walk, ...]
    rejected: dict[str, int]
    left_out: dict[str, int]

    @property
    def trajectories(self) -> tuple[Trajectory, ...]:
        """The ways alone, for whoever films them."""
        return tuple(walk.trajectory for walk in self.walks)
