"""The learning rates' factor over the steps."""

import math

from vln_pipeline.training.config import ScheduleConfig


def factor(step: int, steps: int, config: ScheduleConfig) -> float:
    """Return the factor of one step.

    Args:
        step: number of the step, from 0.
        steps: how many there are in all.
        config: the schedule.
    """
    if step < config.warmup_steps:
        return (step + 1) / config.warmup_steps
    length = config.decay_steps or max(1, steps - config.warmup_steps)
    share = min(1.0, (step - config.warmup_steps) / length)
    fallen = share if config.kind == "linear" else 0.5 * (1 - math.cos(math.pi * share))
    return 1 - (1 - config.final) * fallen
