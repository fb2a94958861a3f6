"""What one agent did in one episode: the record that every metric is taken from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.episode_fault import LostEpisode
from vln_pipeline.evaluation.vln.agents.agent import Call, Intent
from vln_pipeline.evaluation.vln.episode import Episode
from vln_pipeline.evaluation.vln.trace import Trace

FOLLOWED = -1
"""Stands among actions for a stretch of a continuous path."""


@dataclass(frozen=True)
class Drive:
    """An agent's way through an episode; lengths in metres.

    Attributes:
        episode: what was asked.
        track: (T + 1, 4) float64 pose before each step and after the last: x, y, z and yaw, world frame.
        to_goal: (T + 1,) geodesic distance of each to the goal; infinite where no path leads there.
        actions: (T,) int8 ``Action`` of each step, or ``FOLLOWED``; the last STOP is left out.
        collided: (T,) bool steps in which the body touched something.
        looks: how often the robot looked down.
        stopped: whether the agent called STOP.
        shortest: length of the shortest way from start to goal, for the body that drove.
        calls: questions to models; how long they took is no result, since no two runs agree on it.
        intents: where the agent meant to go.
    """

    episode: Episode
    track: NDArray[np.float64]
    to_goal: NDArray[np.float64]
    actions: NDArray[np.int8]
    collided: NDArray[np.bool_]
    looks: int
    stopped: bool
    shortest: float
    calls: tuple[Call, ...]
    intents: tuple[Intent, ...]

    @property
    def trace(self) -> Trace:
        """What the score depends on."""
        return Trace(
            positions=self.track[:, :3],
            to_goal=self.to_goal,
            stopped=self.stopped,
            collided=self.collided,
            reference=self.episode.reference,
            goal=self.episode.goal,
            shortest=self.shortest,
        )


@dataclass(frozen=True)
class DriveSet:
    """All drives of one agent in one scene under one protocol.

    Attributes:
        scene: scene id.
        agent: name.
        protocol: name of the preset.
        drives: in the order of the episodes.
        lost: episodes that were given up since the agent failed; no result has them.
    """

    scene: str
    agent: str
    protocol: str
    drives: tuple[Drive, ...]
    lost: tuple[LostEpisode, ...] = ()
