"""How a trained NavDP network is asked for a path."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from vln_pipeline.config import Config


class Sampler(StrEnum):
    """How noise becomes actions."""

    DDPM = "ddpm"
    DDIM = "ddim"
    DPM_SOLVER = "dpm_solver"


class AvoidanceConfig(Config):
    """What is made of obstacles that depth images showed, earlier ones included.

    The network sees what is in front of it now. What it passes, and what it saw before it turned, it does not know.
    """

    reach: float = Field(default=3.0, gt=0)
    """Farthest distance at which obstacles are believed and count, metres."""
    height: float = Field(default=1.3, gt=0)
    """Height of the robot, metres; it passes under what is above."""
    body: float = Field(default=0.22, ge=0)
    """A path that comes nearer to an obstacle than this is blocked, metres: the radius of the robot, and a little."""
    distance: float = Field(default=0.3, ge=0)
    """Candidates are bent away from obstacles until they keep this off them, metres."""
    penalty: float = Field(default=10.0, ge=0)
    """What being blocked, by the share of the path that is, or leading nowhere costs in the ranking, in units of the
    critic."""
    explore: float = Field(default=0.25, ge=0, le=1)
    """Where every candidate is blocked by more than this share, paths of the network without a goal stand beside them:
    a way out rather than a way to the goal. 1 for never."""


class PolicyConfig(Config):
    """Sampling, ranking, and how goals and memory are presented to the network."""

    samples: int = Field(default=16, gt=0)
    """Candidate paths drawn at each control step."""
    sampler: Sampler = Sampler.DDPM
    """ddpm as in training; ddim and dpm_solver (DPM-Solver++ of second order) do with fewer steps."""
    steps: int = Field(default=10, gt=0)
    """Network evaluations from noise to actions; at most the network's ``diffusion_steps``."""
    memory_stride: int = Field(default=1, gt=0)
    """Control steps between two remembered images; their distance in time should be that of training."""
    progress_weight: float = Field(default=0.0, ge=0)
    """What a metre nearer to a point goal is worth in the ranking, in units of the critic."""
    consistency_weight: float = Field(default=0.0, ge=0)
    """What a metre farther from the path chosen last costs in the ranking, in units of the critic."""
    avoidance: AvoidanceConfig | None = None
    """Memory of obstacles; null for what the network says alone. Needs the camera, and odometry."""
    face_path: bool = False
    """Whether a robot that turns in place faces its path before it asks again. Asked on the way, a network without
    memory may want the other way round an obstacle with every view, and turn to and fro."""
    keep_path: bool = False
    """Whether what is left of the path chosen last is ranked beside the samples, judged by what is seen now. Needs
    odometry."""
    short_path: float = Field(default=0.5, ge=0)
    """A path to a goal that ends nearer than this is one of standing still, metres."""
    wander_distance: float = Field(default=1.0, ge=0)
    """Without a goal, paths that end nearer than this are held against the critic's value, metres."""
    wander_penalty: float = Field(default=10.0, ge=0)
    """By how much, in units of the critic."""
    stop_threshold: float | None = None
    """Turn in place when the critic, less the penalties of ``avoidance``, likes no path better than this; null to
    drive regardless. The published server's clients send -3.0 or -0.5."""
    goal_range: float = Field(default=10.0, gt=0)
    """Point goals are moved to within this of the robot along x and along y, metres."""
    goal_behind: bool = True
    """Whether a point goal behind the robot is shown there; otherwise it is moved abeam, to x = 0."""
    goal_theta: float = 0.0
    """Third component of a point goal: the heading there, radians, which nobody knows while driving."""
    pixel_order: Literal["rgb_mask", "mask_rgb"] = "rgb_mask"
    """Order of channels in a pixel goal, as in training."""
    pixel_mark: int = Field(default=9, gt=0)
    """Half the edge of the square that marks a pixel goal, pixels of an image whose longer side is 480."""
    offscreen_mark: Literal["border", "nothing", "server"] = "border"
    """What marks a pixel goal that is out of view: a strip along the border it lies behind; nothing; or, as the
    published server does, that strip as soon as the square does not fit, both in pixels of the camera image."""
    bfloat16: bool = False
    """Whether matrices are multiplied in bfloat16; sums along the network and norms stay in float32."""
    compile: bool = False
    """Whether the denoiser is compiled by ``torch.compile``: minutes at the start, and a C++ compiler on a CPU."""


PUBLISHED_SERVER = PolicyConfig(
    goal_behind=False, goal_theta=1.0, pixel_order="mask_rgb", pixel_mark=10, offscreen_mark="server"
)
"""How the published NavDP server presents goals, where that differs from the training of its network."""
