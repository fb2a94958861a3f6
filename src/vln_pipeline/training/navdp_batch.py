"""What one NavDP training step is given."""

from dataclasses import dataclass, fields

import torch
from torch import Tensor

from vln_pipeline.models.navdp.inputs import NavdpInputs


@dataclass(frozen=True)
class NavdpBatch:
    """One batch as the reader hands it over: images as bytes, channels last; B, M, S, P as in ``NavdpInputs``.

    Attributes:
        rgb: (B, M, S, S, 3) uint8 sRGB.
        depth: (B, S, S) float32 metres, thresholded.
        point_goal: (B, 3) float32.
        image_goal: (B, S, S, 6) uint8.
        pixel_goal: (B, S, S, P) uint8.
        label: (B, T, 3) float32 differences (x, y, theta) between T + 1 waypoints, times 4.
        augmented: (B, T, 3) float32 the same of the path turned about the robot; only the critic learns from it.
        critic: (B,) float32 value of ``label``.
        augmented_critic: (B,) float32 value of ``augmented``.
    """

    rgb: Tensor
    depth: Tensor
    point_goal: Tensor
    image_goal: Tensor
    pixel_goal: Tensor
    label: Tensor
    augmented: Tensor
    critic: Tensor
    augmented_critic: Tensor

    def to(self, device: torch.device) -> "NavdpBatch":
        """Return the batch on a device."""
        return NavdpBatch(**{f.name: getattr(self, f.name).to(device, non_blocking=True) for f in fields(self)})

    def inputs(self) -> NavdpInputs:
        """Return the observations and goals as the network takes them."""
        return NavdpInputs(
            rgb=self.rgb.movedim(-1, -3).float() / 255,
            depth=self.depth[:, None],
            point_goal=self.point_goal,
            image_goal=self.image_goal.movedim(-1, -3).float() / 255,
            pixel_goal=self.pixel_goal.movedim(-1, -3).float() / 255,
        )
