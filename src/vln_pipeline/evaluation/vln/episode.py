"""What an agent is asked to do: start here, do as you are told."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

DEFINITION = 2
"""Version of the way episodes are made of walks; scores of different versions do not compare."""


@dataclass(frozen=True)
class Episode:
    """One instruction and where it leads; positions are on the ground, world frame, metres.

    Attributes:
        id: "<walk>_<wording, 2 digits>", unique in its scene.
        floor: index of the ``FloorMap`` it takes place on.
        start: (4,) x, y, z and yaw, radians.
        goal: (3,) where the instruction ends.
        reference: (R, 3) the way that the instruction describes, as it was walked in discrete actions.
        instruction: the words.
    """

    id: str
    floor: int
    start: NDArray[np.float64]
    goal: NDArray[np.float64]
    reference: NDArray[np.float64]
    instruction: str


@dataclass(frozen=True)
class EpisodeSet:
    """The episodes of one scene.

    Attributes:
        scene: scene id.
        definition: version of the way they were made.
        episodes: in the order of the walks.
    """

    scene: str
    definition: int
    episodes: tuple[Episode, ...]
