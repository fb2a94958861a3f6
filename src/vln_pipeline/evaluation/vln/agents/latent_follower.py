"""The trained System 1: waypoints from a latent plan and what was seen."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.evaluation.vln.agents.follower import FloorGoal
from vln_pipeline.models.bridge.system1 import System1
from vln_pipeline.models.bridge.views import squashed, squashed_depth

_SCALE = 4.0
"""Actions are differences of waypoints times this."""


class LatentFollower:
    """Samples paths and drives their mean.

    Args:
        network: in evaluation mode.
        image_size: edge of the square images it takes, pixels.
        waypoints: that it predicts.
        samples: drawn per path.
        once: whether the network does not look, so that its path is good only where System 2 was asked.
    """

    depth = looks_down = True
    faces = False

    def __init__(self, network: System1, image_size: int, waypoints: int, samples: int, *, once: bool) -> None:
        self.queries: Tensor | None = network.latent_queries.detach()[0]
        self.once = once
        self._network, self._size, self._shape = network, image_size, (samples, waypoints, 3)
        self._noise = torch.Generator()

    def reset(self, task: Task, truth: Truth | None) -> None:
        """Start the draws of an episode."""
        self.restart(task.seed)

    def restart(self, seed: int) -> None:
        """Start the draws anew."""
        self._noise.manual_seed(seed)

    def path(self, goal: FloorGoal, now: Observation) -> NDArray[np.float64]:
        """Return the mean of the sampled paths."""
        if goal.latent is None:
            raise ValueError("this follower needs a latent plan")
        device = self._network.latent_queries.device
        views = (goal.seen, now)
        images = torch.from_numpy(np.stack([squashed(view.rgb, self._size) for view in views]))
        depths = torch.from_numpy(np.stack([squashed_depth(view.depth, self._size) for view in views]))
        actions = self._network.sample(
            goal.latent.states[None].to(device, torch.float32),
            images.movedim(-1, 1)[None].to(device).float() / 255,
            depths[None].to(device),
            torch.randn(self._shape, generator=self._noise).to(device),
            self._noise if device.type == "cpu" else None,
        )
        steps = actions[..., :2].mean(dim=0).double().cpu().numpy() / _SCALE
        path: NDArray[np.float64] = np.cumsum(steps, axis=0)
        return path
