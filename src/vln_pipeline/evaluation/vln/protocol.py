"""What benchmarks disagree on: actions, cameras, and when an episode counts as a success."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.trace import Trace


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """One benchmark's rules.

    Attributes:
        name: of the preset.
        version: of its definition here; raised with every change that can change a score.
        planar: whether distances to the goal and lengths of paths are straight lines in xy, through walls; otherwise
            distances are geodesic along the floor, and lengths those of the path in space.
        fidelity: what is reported as nDTW: "dtw", its definition, or "nearness", which VLN-PE's evaluator calls so.
        success_distance: an episode that ends nearer to the goal than this succeeds, metres.
        stop_required: whether running out of steps fails, wherever the agent stands.
        max_steps: actions an agent has.
        forward: length of the forward action, metres.
        turn: angle of the turn actions, degrees.
        sliding: whether a blocked step slides along the obstacle.
        radius: of the robot's body, metres.
        body_height: of the robot's body, metres.
        camera_height: metres above the ground.
        pitch: downward tilt of the camera as it is, degrees.
        width, height: image size, pixels.
        hfov: horizontal field of view, degrees.
    """

    name: str
    version: int
    planar: bool = False
    fidelity: Literal["dtw", "nearness"] = "dtw"
    success_distance: float
    stop_required: bool
    max_steps: int
    forward: float
    turn: float
    sliding: bool
    radius: float
    body_height: float
    camera_height: float
    pitch: float = 0.0
    width: int
    height: int
    hfov: float

    @property
    def definition(self) -> str:
        """Name and version, kept with every result."""
        return f"{self.name}/{self.version}"

    @property
    def least_distance(self) -> float:
        """Least geodesic distance from the start of an episode to its goal, metres.

        Nearer to the goal, an agent that stops at once would succeed, or nearly so.
        """
        return self.success_distance + _BEYOND

    def distances(self, trace: Trace) -> NDArray[np.float64]:
        """Return the (T + 1,) distance to the goal before the first step and after each, metres."""
        if self.planar:
            return np.linalg.norm(trace.positions[:, :2] - trace.goal[:2], axis=1)
        return trace.to_goal

    def succeeds(self, trace: Trace, distances: NDArray[np.float64]) -> bool:
        """Tell whether an episode with these distances to the goal is a success."""
        return bool((trace.stopped or not self.stop_required) and distances[-1] < self.success_distance)


_BEYOND = 1.0
"""Ours: by how much an episode starts outside its success radius at least, metres. The nearest start of R2R-CE's
val_unseen is 3.85 m from its goal."""

# VLN-CE (github.com/jacobkrantz/VLN-CE), habitat_extensions/config/vlnce_task.yaml: steps line 2, forward and turn 7
# and 8, sliding 11, camera 13 to 15, success 22. Radius, body and camera height: habitat-lab's defaults.
_R2R_CE = Protocol(
    name="r2r_ce",
    version=2,
    success_distance=3.0,
    stop_required=True,
    max_steps=500,
    forward=0.25,
    turn=15.0,
    sliding=True,
    radius=0.10,
    body_height=1.5,
    camera_height=1.25,
    width=224,
    height=224,
    hfov=90.0,
)

# The same, rxr_vlnce_english_task.yaml: steps line 2, turn 5, body 10 and 11, sliding 14, camera 16 to 19, success 30.
# Forward: habitat-lab's default.
_RXR_CE = replace(
    _R2R_CE,
    name="rxr_ce",
    turn=30.0,
    sliding=False,
    radius=0.18,
    body_height=0.88,
    camera_height=0.88,
    width=640,
    height=480,
    hfov=79.0,
)

# InternNav (github.com/InternRobotics/InternNav), scripts/eval/configs/vln_r2r.yaml: camera lines 24 to 26, forward and
# turn 33 and 34, success 46. Its 5,000 simulator steps (line 15) include looks; agents have 500. Radius, body, camera
# height and sliding: habitat-lab's defaults.
_INTERNNAV = replace(_R2R_CE, name="internnav", width=640, height=480, hfov=79.0)

# InternNav's VLN-PE in flash mode. Metrics: vln_pe_metrics.py of internnav/env/utils/internutopia_extension, lines 36
# to 56 (nDTW), 68 (TL), 82 (NE), 91 to 105 (SR, OSR, SPL). Success: internnav/configs/evaluator/vln_default_config.py
# line 89, forward and turn 205 and 206. Steps: scripts/eval/configs/h1_internvla_n1_async_cfg.py line 52. Images:
# h1_cma_cfg.py line 37. Camera: the head of the published H1, 0.72 m above its base at 0.95 m, tilted as line 63 of the
# former names it; the published recordings, whose robot sways, look 15 to 21 degrees down. Body: the H1's data sheet.
_VLN_PE = Protocol(
    name="vln_pe",
    version=2,
    planar=True,
    fidelity="nearness",
    success_distance=3.0,
    stop_required=False,
    max_steps=1000,
    forward=0.25,
    turn=15.0,
    sliding=False,
    radius=0.255,
    body_height=1.8,
    camera_height=1.67,
    pitch=30.0,
    width=256,
    height=256,
    hfov=90.0,
)

# The same for dual systems, h1_internvla_n1_async_cfg.py: images line 62, camera 63, lens 23.
_VLN_PE_DUAL = replace(_VLN_PE, name="vln_pe_dual", version=1, camera_height=1.25, width=640, height=480, hfov=79.0)

PROTOCOLS = {protocol.name: protocol for protocol in (_R2R_CE, _RXR_CE, _INTERNNAV, _VLN_PE, _VLN_PE_DUAL)}
"""Presets by name: VLN-CE's two tasks, InternNav's and StreamVLN's Habitat evaluation, InternNav's VLN-PE for single
systems and for dual ones."""
