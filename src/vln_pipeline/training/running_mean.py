"""A running mean of a model's weights."""

from copy import deepcopy

import torch
from torch import nn

_DELAY = 10


class RunningMean:
    """The exponential moving average of a model's weights over the steps.

    The decay after n steps is at most (1 + n) / (10 + n), so that the weights of the start are soon forgotten
    (Tan and Le 2019, EfficientNet's reference implementation).

    Args:
        model: whose weights; it may not have other state that is trained.
        decay: per step.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = deepcopy(model).requires_grad_(False).eval()
        self.decay = decay

    @torch.no_grad()
    def update(self, model: nn.Module, steps: int) -> None:
        """Take in the weights after a number of steps."""
        share = 1 - min(self.decay, (1 + steps) / (_DELAY + steps))
        for mean, weight in zip(self.model.parameters(), model.parameters(), strict=True):
            mean.lerp_(weight, share)
