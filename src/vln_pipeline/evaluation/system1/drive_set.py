"""What one agent did in one scene."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.episode_fault import LostEpisode
from vln_pipeline.evaluation.system1.drive import Drive


@dataclass(frozen=True)
class DriveSet:
    """All drives of one agent in one scene, with recovery or without.

    Attributes:
        scene: scene id.
        agent: name; networks that were trained alike share the part before the dot.
        recovery: whether robots backed off after contacts.
        drives: in the order of the episodes.
        latency: (M,) wall seconds of each plan; where several robots are planned for at once, their time is shared
            evenly. Not part of the results: no two runs agree on it.
        lost: episodes that were given up since the agent failed; no result has them.
    """

    scene: str
    agent: str
    recovery: bool
    drives: tuple[Drive, ...]
    latency: NDArray[np.float64]
    lost: tuple[LostEpisode, ...] = ()

    @property
    def family(self) -> str:
        """The agent's name without the training seed."""
        return self.agent.partition(".")[0]
