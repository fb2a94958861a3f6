"""Noise schedules: the one of training, and samplers that walk it in as many or fewer steps."""

from typing import Any

from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from diffusers.schedulers.scheduling_dpmsolver_multistep import DPMSolverMultistepScheduler

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.policy_config import Sampler

Scheduler = DDPMScheduler | DDIMScheduler | DPMSolverMultistepScheduler


def training_schedule(config: NavdpConfig) -> DDPMScheduler:
    """Return the schedule that noise is added by: squared-cosine betas (Nichol and Dhariwal 2021)."""
    return DDPMScheduler(**_process(config))


def sampling_schedule(config: NavdpConfig, sampler: Sampler, steps: int) -> Scheduler:
    """Return a schedule that is set to walk from noise to actions.

    Predicted clean actions are clipped to [-1, 1] on the way, 0.25 m or 0.25 rad per waypoint, whatever the sampler.

    Args:
        config: of the network.
        sampler: how.
        steps: network evaluations, at most ``config.diffusion_steps``.
    """
    schedule: Scheduler
    if sampler == Sampler.DDPM:
        schedule = DDPMScheduler(**_process(config), clip_sample=True)
    elif sampler == Sampler.DDIM:
        schedule = DDIMScheduler(**_process(config), clip_sample=True)
    else:
        # Dynamic thresholding with a largest value of 1 is a clip to [-1, 1].
        schedule = DPMSolverMultistepScheduler(**_process(config), thresholding=True, sample_max_value=1.0)
    schedule.set_timesteps(steps)
    return schedule


def _process(config: NavdpConfig) -> dict[str, Any]:
    return {
        "num_train_timesteps": config.diffusion_steps,
        "beta_schedule": "squaredcos_cap_v2",
        "prediction_type": config.prediction,
        # Steps are counted from pure noise, so that few of them still start there.
        "timestep_spacing": "trailing",
    }
