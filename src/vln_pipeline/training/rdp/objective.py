"""What RDP is to become good at: denoising the moves ahead, and knowing how far it has come."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from vln_pipeline.models.rdp.config import RdpConfig
from vln_pipeline.models.rdp.moves import LIMITS, as_acted, moves_ahead, moves_back
from vln_pipeline.models.rdp.network import Moved
from vln_pipeline.models.rdp.sampling import noise_schedule
from vln_pipeline.models.single_system.observation import frames_of
from vln_pipeline.training.rdp.config import RdpLossConfig
from vln_pipeline.training.sequence_batch import SequenceBatch

_EASE = 0.01
"""Added to the share of a padded batch that is steps, as InternNav divides by it."""


class RdpObjective:
    """The losses of one batch.

    Noise, and what is hidden, is drawn on the CPU, so that it is the same wherever the network runs.

    Args:
        network: its configuration.
        losses: their weights.
        device: of the network.
    """

    def __init__(self, network: RdpConfig, losses: RdpLossConfig, device: torch.device) -> None:
        self._network, self._losses, self._device = network, losses, device
        self._schedule = noise_schedule(network)

    def __call__(self, model: nn.Module, batch: SequenceBatch) -> dict[str, Tensor]:
        """Return the total as "loss", and its parts; moves of a mistake are no lesson, see ``as_advised``."""
        ahead = _of_walks(batch, lambda poses, actions: as_acted(moves_ahead(poses, self._network.horizon), actions))
        count, share = len(ahead), self._network.hidden_share
        levels = torch.randint(self._network.diffusion_steps, (count,))
        noise = torch.randn_like(ahead)
        noisy = self._schedule.add_noise(ahead, noise, levels)  # type: ignore[arg-type]  # any tensor of integers
        hidden, blind = torch.rand(count) < share, torch.rand(count) < share
        done = torch.cat([torch.arange(1, length + 1) / length for length in batch.lengths])
        moved = moved_of(batch, self._network)
        taught = as_advised(batch, self._network.horizon).to(self._device)
        noise, noisy, levels, hidden, blind, done = (
            given.to(self._device) for given in (noise, noisy, levels, hidden, blind, done)
        )
        moved = Moved(moved.odometry.to(self._device), moved.back.to(self._device))
        batch = batch.to(self._device)
        frames = frames_of(batch.rgb, batch.depth)
        told, moment = model(frames, batch.lengths, batch.tokens, moved, noisy, levels, hidden, blind)
        filled = len(batch.lengths) * max(batch.lengths)
        errors = mse_loss(told.float(), noise, reduction="none").mean(dim=(1, 2))
        ease = count / (count + _EASE * filled)
        parts = {
            "denoising": (errors * taught).sum() / taught.sum().clamp(min=1) * ease,
            "progress_loss": mse_loss(moment.progress.float(), batch.progress) * ease,
            "stop_loss": mse_loss(moment.done.float(), done) * ease,
        }
        total = parts["denoising"] + self._losses.progress * parts["progress_loss"]
        total = total + self._losses.stop * parts["stop_loss"]
        return {"loss": total, **{name: part.detach() for name, part in parts.items()}}


def as_advised(batch: SequenceBatch, horizon: int) -> Tensor:
    """Return (N,) whether the moves ahead of each step of a batch are those that the expert would make, on the CPU."""
    right = (batch.actions == batch.expert_actions).split(list(batch.lengths))
    ahead = [nn.functional.pad(one, (0, horizon - 1), value=True).unfold(0, horizon, 1).all(dim=1) for one in right]
    return torch.cat(ahead)


def moved_of(batch: SequenceBatch, network: RdpConfig) -> Moved:
    """Return what the robot knows of its own motion at the steps of a batch, on the CPU."""
    back = _of_walks(batch, lambda poses, _: moves_back(poses, network.history))
    return Moved(batch.poses.float(), back)


def _of_walks(
    batch: SequenceBatch, moves: Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]
) -> Tensor:
    """Return (N, K, 3) moves over ``LIMITS`` of all walks of a batch."""
    poses, actions = (part.split(list(batch.lengths)) for part in (batch.poses, batch.actions))
    found = [moves(p.numpy(), a.numpy()) for p, a in zip(poses, actions, strict=True)]
    return torch.from_numpy(np.concatenate(found) / LIMITS).float()
