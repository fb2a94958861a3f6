"""What an agent is asked to do: start here, go there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import GoalKind

DEFINITION = 1
"""Version of the way episodes are drawn; scores of different versions do not compare."""


@dataclass(frozen=True)
class Target:
    """Where an episode leads.

    Attributes:
        position: (3,) float64 on the ground, world, metres.
        yaw: heading of the camera that takes the goal's image, radians: that of a robot that comes the shortest way.
        geodesic: length of the shortest way from the start, metres.
        straight: distance from the start as the crow flies, metres.
    """

    position: NDArray[np.float64]
    yaw: float
    geodesic: float
    straight: float


@dataclass(frozen=True)
class Episode:
    """One task of one robot.

    Attributes:
        id: "<kind>_<number>", unique in its scene.
        kind: how the goal is given.
        floor: index of the ``FloorMap`` it takes place on.
        start: (3,) float64 on the ground, world, metres.
        yaw: heading at the start, radians, counter-clockwise from +x.
        target: None where the robot explores.
    """

    id: str
    kind: GoalKind
    floor: int
    start: NDArray[np.float64]
    yaw: float
    target: Target | None


@dataclass(frozen=True)
class EpisodeSet:
    """The episodes of one scene.

    Attributes:
        scene: scene id.
        definition: version of the way they were drawn.
        seed: that they were drawn with.
        radius: of the robot that every start can reach every goal with, metres.
        episodes: in order of kind and number.
    """

    scene: str
    definition: int
    seed: int
    radius: float
    episodes: tuple[Episode, ...]
