"""What a local planner (System 1) is shown and what it answers: the one call that every agent is scored by."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import CameraSetting


class GoalKind(StrEnum):
    """How a goal is given."""

    POINT = "point"
    PIXEL = "pixel"
    IMAGE = "image"
    NONE = "none"


@dataclass(frozen=True)
class Observation:
    """What the robot knows at one instant.

    Attributes:
        rgb: (h, w, 3) uint8 sRGB.
        depth: (h, w) float32 metres along the optical axis; 0 where nothing is hit.
        camera: the camera that saw both.
        pose: (3,) float64 odometry: x, y, metres, and yaw, radians, in the body frame of the episode's start.
        time: seconds since the episode's start.
        looks_down: whether the camera is tilted down, as the robot was told to look.
    """

    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    camera: CameraSetting
    pose: NDArray[np.float64]
    time: float
    looks_down: bool = False


@dataclass(frozen=True)
class Goal:
    """Where to go, as seen at the same instant as the observation.

    Attributes:
        kind: which of the attributes below is set; none for exploration.
        point: (2,) float64 x forward, y left in the current body frame, metres.
        pixel: (2,) float64 column and row in the current image, which may lie outside of it; NaN behind the camera.
        image: (h, w, 3) uint8 what the robot's camera sees at the goal.
    """

    kind: GoalKind
    point: NDArray[np.float64] | None = None
    pixel: NDArray[np.float64] | None = None
    image: NDArray[np.uint8] | None = None


@dataclass(frozen=True)
class Plan:
    """A planner's answer, in the body frame (x forward, y left) at the time of the observation.

    Attributes:
        path: (K, 2) float64 waypoints from near to far, metres, the robot's own position left out; to turn in
            place, one waypoint abeam or behind is enough.
        stop: whether the planner takes the goal for reached.
        candidates: (S, K, 2) float64 all paths that were considered, best first; empty where there is one.
        values: (S,) float64 how good the planner takes each for.
        face: whether a robot that has to turn in place for the path faces it before it asks for another plan.
    """

    path: NDArray[np.float64]
    stop: bool
    candidates: NDArray[np.float64]
    values: NDArray[np.float64]
    face: bool = False


class LocalPlanner(Protocol):
    """A policy that is asked again and again for the next metres."""

    def reset(self, camera: CameraSetting, seed: int) -> None:
        """Forget the last episode.

        Args:
            camera: what the robot will see through.
            seed: of every draw the planner makes in the episode.
        """
        ...

    def plan(self, observation: Observation, goal: Goal) -> Plan:
        """Return where to drive from here."""
        ...
