"""Moves out of noise."""

from typing import Any

import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor

from vln_pipeline.models.rdp.config import RdpConfig
from vln_pipeline.models.rdp.denoiser import MOVE
from vln_pipeline.models.rdp.network import Rdp


def noise_schedule(config: RdpConfig) -> DDPMScheduler:
    """Return the schedule of noise: squared-cosine betas (Nichol and Dhariwal 2021), moves clipped to [-1, 1]."""
    return DDPMScheduler(
        num_train_timesteps=config.diffusion_steps,
        beta_schedule="squaredcos_cap_v2",
        clip_sample=True,
        prediction_type="epsilon",
    )


@torch.no_grad()
def sample_moves(network: Rdp, told: Tensor, random: torch.Generator) -> Tensor:
    """Return (N, T, 3) moves ahead in [-1, 1].

    At all levels but the last, what words and images say counts ``guidance`` times beside what is predicted without.

    Args:
        network: in evaluation mode.
        told: (N, K, width), see ``Moment``.
        random: draws the noise, on the CPU, so that it is the same wherever the network runs.
    """
    config, schedule = network.config, noise_schedule(network.config)
    count, device = len(told), told.device
    moves = torch.randn(count, config.horizon, MOVE, generator=random).to(device)
    shown = torch.zeros(count, dtype=torch.bool, device=device)
    for level in schedule.timesteps:
        levels = torch.full((count,), int(level), device=device)
        noise = network.noise(moves, levels, told, shown)
        if config.guidance != 1 and level > 0:
            without = network.noise(moves, levels, told, ~shown)
            noise = without + config.guidance * (noise - without)
        # The scheduler draws on the device of the moves.
        step: Any = schedule.step(noise.cpu(), int(level), moves.cpu(), generator=random)
        moves = step.prev_sample.to(device)
    return moves
