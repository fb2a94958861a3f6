"""System 1 of DualVLN: waypoints from a latent plan and, if it may look, from two images."""

import math

import torch
from torch import Tensor, nn

from vln_pipeline.models.navdp.encoders import IMAGENET_MEAN, IMAGENET_STD
from vln_pipeline.models.navdp.vit import VisionTransformer
from vln_pipeline.models.nextdit.config import NextDitConfig
from vln_pipeline.models.nextdit.flow import TIMES, between, follow
from vln_pipeline.models.nextdit.scene_memory import MemoryEncoder, Resampler
from vln_pipeline.models.nextdit.traj_dit import TrajectoryDit


class NextDit(nn.Module):
    """The network, with the parameter names and shapes of the published checkpoints below their ``model.``.

    An action is the difference of two neighbouring waypoints: x and y times 4, and heading, radians.
    """

    mean: Tensor
    std: Tensor

    def __init__(self, config: NextDitConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_queries = nn.Parameter(torch.randn(1, config.plan_queries, config.plan_dim))
        self.traj_dit = TrajectoryDit(config)
        self.action_encoder = nn.Linear(3, config.dim)
        self.action_decoder = nn.Linear(config.dim, 3)
        self.cond_projector = nn.Sequential(
            nn.Linear(config.plan_dim, config.condition_dim),
            nn.GELU(approximate="tanh"),
            nn.Linear(config.condition_dim, config.condition_dim),
        )
        if config.look:
            self.rgb_model = VisionTransformer(config.vit, 3)
            self.memory_encoder = MemoryEncoder(config)
            self.rgb_resampler = Resampler(config)
        for name, values in (("mean", IMAGENET_MEAN), ("std", IMAGENET_STD)):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)
        places = waypoint_places(config.predict_size, config.dim)
        self.register_buffer("places", places, persistent=False)

    @property
    def unused(self) -> list[nn.Module]:
        """Parts of the published checkpoints that nothing runs."""
        never: list[nn.Module] = [self.traj_dit.model.patch_embedder]
        return [*never, self.rgb_resampler.visual_proj] if self.config.look else never

    def forward(
        self,
        plans: Tensor,
        actions: Tensor,
        images: Tensor | None,
        depths: Tensor | None,  # noqa: ARG002  (as in the other networks)
        origins: Tensor,
    ) -> Tensor:
        """Return the (N,) mean squared error of the flow that the network sees in noisy actions; see ``System1``."""
        tokens = None if images is None or not self.config.look else self.look(images)
        condition = self.condition(plans, None if tokens is None else torch.cat([tokens[origins], tokens], dim=1))
        noise = torch.randn(actions.shape).to(actions.device)
        times = torch.randint(1, TIMES + 1, (len(actions),)).to(actions.device)
        noisy, flow = between(actions, noise, times)
        return (self.flow(noisy, times, condition).float() - flow).square().mean(dim=(1, 2))

    @torch.no_grad()
    def sample(
        self,
        plan: Tensor,
        images: Tensor | None,
        depths: Tensor | None,  # noqa: ARG002  (as in the other networks)
        noise: Tensor,
        generator: torch.Generator | None = None,  # noqa: ARG002  (no noise is added on the way)
    ) -> Tensor:
        """Return (N, T, 3) actions, by ``config.sampling_steps`` evaluations of the flow; see ``System1``."""
        tokens = None
        if images is not None and self.config.look:
            tokens = self.look(images.flatten(0, 1)).unflatten(0, images.shape[:2]).flatten(1, 2)
        condition = self.condition(plan, tokens).expand(len(noise), -1, -1)
        return follow(lambda actions, times: self.flow(actions, times, condition), noise, self.config.sampling_steps)

    def look(self, images: Tensor) -> Tensor:
        """Return the (N, patches, vit width) tokens of (N, 3, S, S) images in [0, 1]."""
        return self.rgb_model((images - self.mean) / self.std)

    def condition(self, plan: Tensor, seen: Tensor | None = None) -> Tensor:
        """Return the condition tokens: of the images first, then of the plan.

        Args:
            plan: (B, plan_queries, plan_dim) System 2's last hidden states at the latent queries.
            seen: (B, 2 patches, vit width) tokens of the image at planning time, then of the current one; None unless
                ``NextDitConfig.look``.

        Returns:
            (B, C, condition_dim); C is plan_queries, and resampler_queries more if the network looks.
        """
        tokens = self.cond_projector(plan)
        if not self.config.look:
            return tokens
        if seen is None:
            raise ValueError("this network looks at images; none were given")
        seen = torch.cat([seen, self.memory_encoder(seen)], dim=-1)
        return torch.cat([self.rgb_resampler(seen), tokens], dim=1)

    def flow(self, noisy: Tensor, times: Tensor, condition: Tensor) -> Tensor:
        """Return the (B, T, 3) flow, noise less actions, that the network sees in noisy actions.

        Args:
            noisy: (B, T, 3) actions between clean and pure noise.
            times: (B,) flow times, 1000 for pure noise to 1.
            condition: (B, C, condition_dim) of ``condition``.
        """
        waypoints = self.action_encoder(noisy) + self.places.to(noisy.dtype)
        return self.action_decoder(self.traj_dit(waypoints, times, condition))


def waypoint_places(count: int, width: int) -> Tensor:
    """Return (count, width) sinusoids of a waypoint's number: sines, then cosines (Vaswani et al. 2017)."""
    half = width // 2
    frequencies = torch.exp(-math.log(10000.0) / half * torch.arange(half))
    angles = torch.arange(count)[:, None] * frequencies
    return torch.cat([angles.sin(), angles.cos()], dim=1)
