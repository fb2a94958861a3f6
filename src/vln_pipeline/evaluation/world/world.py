"""The simulator protocol: what an agent, a benchmark or an episode sampler asks of a world.

Positions are (3,) float64 points on the floor, x, y, z; poses are (4,) float64 with the yaw appended. World frame,
metres, z up; yaw in radians, counter-clockwise from +x. The robot is a cylinder that stands on the floor; its radius
is the world's, so that navigable, geodesic and collision-free mean the same in all calls.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.config import BodyConfig
from vln_pipeline.rendering.camera import CameraSetting


@dataclass(frozen=True)
class Step:
    """Where a motion ended.

    Attributes:
        position: (3,) float64 of the body's base, metres, world.
        contact: whether an obstacle stopped or deflected the body.
    """

    position: NDArray[np.float64]
    contact: bool


@dataclass(frozen=True)
class View:
    """What a camera sees.

    Attributes:
        depth: (h, w) float32 metres along the optical axis; 0 where nothing is hit.
        rgb: (h, w, 3) uint8 sRGB, or None where it was not asked for.
        semantic: (h, w) uint16 index into the world's ``categories``, or None where it was not asked for.
    """

    depth: NDArray[np.float32]
    rgb: NDArray[np.uint8] | None = None
    semantic: NDArray[np.uint16] | None = None


class World(Protocol):
    """One loaded scene in which a cylinder moves and cameras look."""

    body: BodyConfig

    @property
    def categories(self) -> tuple[str, ...]:
        """Category names by semantic id of the loaded scene; ``void`` is 0."""
        ...

    def load(self, scene: str) -> None:
        """Leave the scene held and load another; nothing happens where it is held already.

        Raises:
            DataError: there is no such scene, or it cannot be used.
        """
        ...

    def sample_point(self, draw: np.random.Generator) -> NDArray[np.float64]:
        """Return a (3,) place where the body can stand, uniform over the area of all storeys."""
        ...

    def clearance(self, position: NDArray[np.float64]) -> float:
        """Return the distance from the body's axis to the nearest obstacle, metres; the radius is not subtracted."""
        ...

    def distance(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> float:
        """Return the length of the body's shortest path, metres; infinite where there is none.

        What belongs to a goal is kept: many starts of one goal cost little more than one.
        """
        ...

    def shortest_path(self, start: NDArray[np.float64], goal: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the corners of the body's shortest path, (K, 3) with both ends; (0, 3) where there is none."""
        ...

    def step(self, position: NDArray[np.float64], displacement: NDArray[np.float64]) -> Step:
        """Move the body along a straight line, as far as obstacles allow, or along them where ``body.sliding`` is set.

        Args:
            position: (3,) where the body is.
            displacement: (2,) in world x and y, metres.
        """
        ...

    def render(
        self, pose: NDArray[np.float64], camera: CameraSetting, *, rgb: bool = False, semantic: bool = False
    ) -> View:
        """Return what a camera on the robot sees; colour costs many times as much as depth.

        Args:
            pose: (4,) of the robot's base.
            camera: height above the base, tilt and intrinsics.
            rgb: whether the colour image is wanted.
            semantic: whether the category image is wanted.
        """
        ...

    def close(self) -> None:
        """Free the scene."""
        ...
