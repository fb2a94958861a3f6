"""System 1's side of a dual agent: from a goal on the floor to a path."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.models.system2.plan import LatentPlan


@dataclass(frozen=True)
class FloorGoal:
    """Where System 2 wants to go.

    Attributes:
        seen: the look-down view that it had.
        pixel: (2,) column and row of the goal there, pixels.
        latent: its plan; None where none was asked for.
    """

    seen: Observation
    pixel: NDArray[np.float64]
    latent: LatentPlan | None


class Follower(Protocol):
    """Leads the way to one goal after the other.

    Attributes:
        queries: (Q, H) what System 2 is given to make latent plans; None where they are not wanted.
        depth: whether it looks at depth images.
        once: whether a path is good only where System 2 was asked, since what is seen later is not taken into account.
        looks_down: whether it sees the view that looks down, rather than the level one.
        faces: whether a robot that turns in place for a path faces it before anybody is asked again.
    """

    queries: Tensor | None
    depth: bool
    once: bool
    looks_down: bool
    faces: bool

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Begin an episode; ``truth`` is for privileged followers, and None for robots outside of a simulator."""
        ...

    def path(self, goal: FloorGoal, now: Observation) -> NDArray[np.float64]:
        """Return (K, 2) waypoints from near to far in the body frame at ``now``, metres; (0, 2) where none is left.

        Args:
            goal: where to go.
            now: the view from here, level or down as ``looks_down`` says.
        """
        ...
