"""What System 1 is to become good at behind a System 2 that does not learn."""

from typing import Any

import torch
from torch import Tensor, nn

from vln_pipeline.models.bridge.build import Network
from vln_pipeline.training.joint.plans import plans_of
from vln_pipeline.training.joint_batch import JointBatch
from vln_pipeline.training.joint_data.path_target import LABEL_SCALE
from vln_pipeline.training.ranks import unwrapped


class JointObjective:
    """The error of denoised paths on latent plans; gradients reach the latent queries through System 2.

    Args:
        system2: a ``Qwen2_5_VLForConditionalGeneration`` on the device, in evaluation mode, none of whose weights
            learns.
        device: of both.
    """

    def __init__(self, system2: Any, device: torch.device) -> None:
        self._system2, self._device = system2, device

    def __call__(self, model: nn.Module, batch: JointBatch) -> dict[str, Tensor]:
        """Return the mean over all frames as "loss" and their number as "weight"; in validation also "path_error"."""
        network: Network = unwrapped(model)
        plans = plans_of(self._system2, batch.conversations, network.latent_queries[0]).float()
        plans, origins = plans[batch.plans.to(self._device)], batch.origins.to(self._device)
        actions, depths = batch.actions.to(self._device), batch.depths.to(self._device)
        images = batch.images.to(self._device).movedim(-1, -3).float() / 255
        losses = model(plans, actions, images, depths, origins)
        numbers = {"loss": losses.mean(), "weight": torch.tensor(float(len(actions)), device=self._device)}
        if not model.training:
            noise = torch.randn(actions.shape).to(self._device)
            pictures, ranges = (torch.stack([seen[origins], seen], dim=1) for seen in (images, depths))
            numbers["path_error"] = path_error(network.sample(plans, pictures, ranges, noise), actions).mean()
        return numbers


def path_error(drawn: Tensor, actions: Tensor) -> Tensor:
    """Return the (N,) mean distances between the waypoints of two paths, metres.

    Args:
        drawn: (N, T, 3) actions.
        actions: (N, T, 3) actions.
    """
    apart = (drawn.float() - actions)[..., :2].cumsum(dim=1) / LABEL_SCALE
    return apart.norm(dim=-1).mean(dim=1)
