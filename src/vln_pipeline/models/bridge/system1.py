"""What every System 1 that follows a latent plan can do."""

from typing import Protocol

import torch
from torch import Tensor, nn


class System1(Protocol):
    """A network between System 2's hidden states and waypoints.

    Attributes:
        latent_queries: (1, Q, H) what System 2 is given after a pixel goal; its last hidden states there are the plan.
    """

    latent_queries: nn.Parameter

    @property
    def unused(self) -> list[nn.Module]:
        """Parts of published checkpoints that nothing runs, and that therefore are not trained."""
        ...

    def __call__(
        self, plans: Tensor, actions: Tensor, images: Tensor | None, depths: Tensor | None, origins: Tensor
    ) -> Tensor:
        """Return the (N,) training errors of N frames; noise and its levels are drawn from torch's generator.

        Args:
            plans: (N, Q, H) the latent plan that is followed in each frame.
            actions: (N, T, 3) to be learned: differences of waypoints, x and y times 4, and heading, radians.
            images: (N, 3, S, S) in [0, 1]; None for a network that does not look.
            depths: (N, S, S) metres; None for a network that does not look at them.
            origins: (N,) number of the frame in which System 2 made each frame's plan.
        """
        ...

    def sample(
        self,
        plan: Tensor,
        images: Tensor | None,
        depths: Tensor | None,
        noise: Tensor,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return (N, T, 3) actions drawn for latent plans.

        Args:
            plan: (N, Q, H), or (1, Q, H) for N samples of one plan.
            images: (N or 1, 2, 3, S, S) in [0, 1]: at planning time, and now; None for a network that does not look.
            depths: (N or 1, 2, S, S) metres, at most 5; None for a network that does not look at them.
            noise: (N, T, 3) standard normal.
            generator: of the noise that is added on the way, where there is such; None for torch's own.
        """
        ...
