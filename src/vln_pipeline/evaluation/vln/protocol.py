"""What benchmarks disagree on: actions, cameras, and when an episode counts as a success."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.trace import Trace


@dataclass(frozen=True)
class Protocol:
    """One benchmark's rules.

    Attributes:
        name: of the preset.
        version: of its definition here; raised with every change that can change a score.
        distance: "geodesic" along the floor, or "planar" straight through walls in xy.
        success_distance: an episode that ends nearer to the goal than this succeeds, metres.
        stop_required: whether running out of steps fails, wherever the agent stands.
        max_steps: actions an agent has.
        forward: length of the forward action, metres.
        turn: angle of the turn actions, degrees.
        sliding: whether a blocked step slides along the obstacle.
        radius: of the robot's body, metres.
        camera_height: metres above the ground.
        width, height: image size, pixels.
        hfov: horizontal field of view, degrees.
    """

    name: str
    version: int
    distance: Literal["geodesic", "planar"]
    success_distance: float
    stop_required: bool
    max_steps: int
    forward: float
    turn: float
    sliding: bool
    radius: float
    camera_height: float
    width: int
    height: int
    hfov: float

    @property
    def definition(self) -> str:
        """Name and version, kept with every result."""
        return f"{self.name}/{self.version}"

    def distances(self, trace: Trace) -> NDArray[np.float64]:
        """Return the (T + 1,) distance to the goal after each step, metres."""
        if self.distance == "geodesic":
            return trace.to_goal
        return np.linalg.norm(trace.positions[:, :2] - trace.goal[:2], axis=1)

    def succeeds(self, trace: Trace, distances: NDArray[np.float64]) -> bool:
        """Tell whether an episode with these distances to the goal is a success."""
        return bool((trace.stopped or not self.stop_required) and distances[-1] < self.success_distance)


PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        Protocol("r2r_ce", 1, "geodesic", 3.0, True, 500, 0.25, 15.0, True, 0.10, 1.25, 224, 224, 90.0),
        Protocol("rxr_ce", 1, "geodesic", 3.0, True, 500, 0.25, 30.0, False, 0.18, 0.88, 640, 480, 79.0),
        Protocol("internnav", 1, "geodesic", 3.0, True, 500, 0.25, 15.0, True, 0.10, 1.25, 640, 480, 79.0),
        Protocol("vln_pe", 1, "planar", 3.0, False, 500, 0.25, 15.0, False, 0.20, 1.25, 640, 480, 79.0),
    )
}
"""Presets by name: VLN-CE's two tasks, InternNav's and StreamVLN's Habitat evaluation, InternNav's VLN-PE."""
