"""Agents as the benchmark runs them: one team plans for all robots of a scene at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Goal, GoalKind, LocalPlanner, Observation, Plan
from vln_pipeline.evaluation.system1.episode import Episode
from vln_pipeline.evaluation.world.world import World
from vln_pipeline.planning.navigation_map import NavigationMap
from vln_pipeline.rendering.camera import CameraSetting

ANY_NUMBER = 1_000_000
"""Of robots, for teams that plan for each by itself."""


@dataclass(frozen=True)
class Truth:
    """What only privileged agents look at.

    Attributes:
        world: the world itself.
        nav: the map of all of it.
    """

    world: World
    nav: NavigationMap


@dataclass(frozen=True)
class Situation:
    """One robot that needs a plan.

    Attributes:
        robot: number of the robot, its index into the episodes of the last ``Team.reset``.
        observation: what it sees; images that the team does not ask for are empty, (0, 0, 3) and (0, 0).
        goal: where it shall go.
        pose: (4,) float64 where it truly is, x, y, z, metres, and yaw, world; for privileged agents.
    """

    robot: int
    observation: Observation
    goal: Goal
    pose: NDArray[np.float64]


class Team(Protocol):
    """An agent that drives any number of robots through one scene.

    Attributes:
        kinds: the goals that it takes.
        depth: whether it looks at depth images.
        rgb: whether it looks at colour images.
        most: how many robots it can plan for at once.
    """

    kinds: frozenset[GoalKind]
    depth: bool
    rgb: bool
    most: int

    def reset(self, episodes: Sequence[Episode], seeds: Sequence[int], camera: CameraSetting, truth: Truth) -> None:
        """Begin an episode with each robot.

        Args:
            episodes: one per robot.
            seeds: of each robot's draws.
            camera: what all robots look through.
            truth: for privileged agents.
        """
        ...

    def plan(self, situations: Sequence[Situation]) -> list[Plan]:
        """Return a plan per situation; robots that need none are left out."""
        ...

    def close(self) -> None:
        """Free what the team holds."""
        ...


class Soloists:
    """A team of planners that know nothing of each other.

    Args:
        make: returns a new planner.
        kinds, depth, rgb, most: as for ``Team``.
    """

    def __init__(
        self,
        make: Callable[[], LocalPlanner],
        *,
        kinds: frozenset[GoalKind],
        depth: bool = False,
        rgb: bool = False,
        most: int = ANY_NUMBER,
    ) -> None:
        self.kinds, self.depth, self.rgb, self.most = kinds, depth, rgb, most
        self._make = make
        self._planners: list[LocalPlanner] = []

    def reset(self, episodes: Sequence[Episode], seeds: Sequence[int], camera: CameraSetting, truth: Truth) -> None:
        """Begin an episode with each robot; planners are made once and reset after that."""
        while len(self._planners) < len(episodes):
            self._planners.append(self._make())
        for planner, seed in zip(self._planners, seeds, strict=False):
            planner.reset(camera, seed)

    def plan(self, situations: Sequence[Situation]) -> list[Plan]:
        """Return a plan per situation."""
        return [self._planners[s.robot].plan(s.observation, s.goal) for s in situations]

    def close(self) -> None:
        """Close the planners that can be closed."""
        for planner in self._planners:
            close = getattr(planner, "close", None)
            if close is not None:
                close()
