"""Flow matching: what the network learns, and how a path is drawn from it (Lipman et al. 2023; Esser et al. 2024)."""

from collections.abc import Callable

from diffusers.schedulers.scheduling_flow_match_euler_discrete import FlowMatchEulerDiscreteScheduler
from torch import Tensor

TIMES = 1000
"""Flow times: TIMES is pure noise, 1 is nearly clean."""


def between(actions: Tensor, noise: Tensor, times: Tensor) -> tuple[Tensor, Tensor]:
    """Return noisy actions at given times on the straight lines from clean actions to noise, and those lines' flow.

    Args:
        actions: (B, T, 3) clean.
        noise: (B, T, 3) standard normal.
        times: (B,) in 1..TIMES.

    Returns:
        (B, T, 3) noisy actions and the (B, T, 3) target: noise less actions.
    """
    sigma = (times.to(actions.dtype) / TIMES)[:, None, None]
    return (1 - sigma) * actions + sigma * noise, noise - actions


def follow(flow: Callable[[Tensor, Tensor], Tensor], noise: Tensor, steps: int) -> Tensor:
    """Return the (B, T, 3) actions that a network's flow leads to from (B, T, 3) noise, by Euler's method.

    Args:
        flow: gives the (B, T, 3) flow of noisy actions at (B,) times.
        noise: standard normal.
        steps: evaluations of the network, at times evenly spaced from TIMES to TIMES / steps.
    """
    scheduler = FlowMatchEulerDiscreteScheduler(num_train_timesteps=TIMES)
    scheduler.set_timesteps(sigmas=[1 - step / steps for step in range(steps)])
    actions = noise
    for time in scheduler.timesteps:
        times = time.to(noise.device).expand(len(actions))
        # Whatever precision the network computes in, steps are added up in that of the noise.
        seen = flow(actions, times).to(noise.dtype)
        actions = scheduler.step(seen, time, actions, return_dict=False)[0]
    return actions
