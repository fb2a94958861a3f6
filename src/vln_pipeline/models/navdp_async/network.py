"""System 1 of InternVLA-N1 w/ NavDP: waypoints from a latent plan, two images and their depth maps."""

from itertools import pairwise

import torch
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor, nn

from vln_pipeline.models.navdp.decoder import Decoder, DecoderLayer
from vln_pipeline.models.navdp.embeddings import time_embedding
from vln_pipeline.models.navdp_async.config import NavdpAsyncConfig
from vln_pipeline.models.navdp_async.goal_compressor import GoalCompressor
from vln_pipeline.models.navdp_async.scene_encoder import FRAMES, SceneEncoder

_HEADER = 2
"""Noise level and goal, before the scene's tokens."""


class NavdpAsync(nn.Module):
    """The network, with the parameter names and shapes of the published checkpoints below their ``model.``.

    An action is the difference of two neighbouring waypoints: x and y times 4, and heading, radians.
    """

    def __init__(self, config: NavdpAsyncConfig) -> None:
        super().__init__()
        self.config = config
        self.latent_queries = nn.Parameter(torch.randn(1, config.plan_queries, config.plan_dim))
        self.navdp = PlannedNavdp(config)
        self._schedule = DDPMScheduler(
            num_train_timesteps=config.diffusion_steps, beta_schedule="squaredcos_cap_v2", clip_sample=True
        )

    @property
    def unused(self) -> list[nn.Module]:
        """Parts of the published checkpoints that nothing runs."""
        layers = self.navdp
        return [layers.point_encoder, layers.decoder_layer, layers.critic_head, layers.pg_embed_mlp, layers.pg_pred_mlp]

    def forward(
        self, plans: Tensor, actions: Tensor, images: Tensor | None, depths: Tensor | None, origins: Tensor
    ) -> Tensor:
        """Return the (N,) mean squared error of the noise that the network finds in noisy actions; see ``System1``."""
        if images is None or depths is None:
            raise ValueError("this network looks at images and depth maps; they were not given")
        seen = self.navdp.rgbd_encoder.look(images, depths)
        colours, ranges = (torch.cat([tokens[origins], tokens], dim=1) for tokens in seen)
        condition = self.navdp.condition(plans, self.navdp.rgbd_encoder(colours, ranges))
        noise = torch.randn(actions.shape).to(actions.device)
        steps = torch.randint(self.config.diffusion_steps, (len(actions),)).to(actions.device)
        signal = self._schedule.alphas_cumprod.to(actions.device)[steps, None, None]
        noisy = signal.sqrt() * actions + (1 - signal).sqrt() * noise
        return (self.navdp(noisy, steps, condition).float() - noise).square().mean(dim=(1, 2))

    @torch.no_grad()
    def sample(
        self,
        plan: Tensor,
        images: Tensor | None,
        depths: Tensor | None,
        noise: Tensor,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        """Return (N, T, 3) actions; see ``System1``."""
        if images is None or depths is None:
            raise ValueError("this network looks at images and depth maps; they were not given")
        encoder = self.navdp.rgbd_encoder
        seen = encoder.look(images.flatten(0, 1), depths.flatten(0, 1))
        colours, ranges = (tokens.unflatten(0, (-1, FRAMES)).flatten(1, 2) for tokens in seen)
        condition = self.navdp.condition(plan, encoder(colours, ranges)).expand(len(noise), -1, -1)
        actions = noise
        self._schedule.set_timesteps(self.config.diffusion_steps)
        for step in self._schedule.timesteps:
            found = self.navdp(actions, step.to(noise.device).expand(len(noise)), condition).to(noise.dtype)
            actions = self._schedule.step(found, step, actions, generator, return_dict=False)[0]
        return actions


class PlannedNavdp(nn.Module):
    """The decoder with what it attends to."""

    ahead: Tensor

    def __init__(self, config: NavdpAsyncConfig) -> None:
        super().__init__()
        width, plan = config.token_dim, config.plan_dim
        self.rgbd_encoder = SceneEncoder(config)
        decoder = (width, config.heads, config.feedforward, config.dropout, "gelu")
        self.decoder = Decoder(config.decoder_depth, *decoder, True)
        self.input_embed = nn.Linear(3, width)
        self.cond_pos_embed = nn.Parameter(torch.zeros(1, _HEADER + FRAMES * config.queries_per_frame, width))
        self.out_pos_embed = nn.Parameter(torch.zeros(1, config.predict_size, width))
        self.drop = nn.Dropout(config.dropout)
        self.layernorm = nn.LayerNorm(width)
        self.action_head = nn.Linear(width, 3)
        self.vlm_embed_mlp = _mlp(plan, plan // 4, plan // 8, width)
        self.goal_compressor = GoalCompressor(config)
        # None of these is used: they are part of the published checkpoints.
        self.point_encoder = nn.Linear(3, width)
        self.decoder_layer = DecoderLayer(*decoder, batch_first=True, norm_first=True)
        self.critic_head = nn.Linear(width, 1)
        self.pg_embed_mlp = _mlp(2, width // 2, width)
        self.pg_pred_mlp = _mlp(width, width // 2, width // 4, 2)
        ahead = torch.ones(1, config.predict_size, config.predict_size, dtype=torch.bool).triu(1)
        self.register_buffer("ahead", ahead, persistent=False)

    def condition(self, plan: Tensor, scene: Tensor) -> Tensor:
        """Return the (B, 1 + scene tokens, token_dim) tokens of goal and scene.

        Args:
            plan: (B, plan_queries, plan_dim) System 2's last hidden states at the latent queries.
            scene: (B, 2 queries_per_frame, token_dim).
        """
        return torch.cat([self.goal_compressor(self.vlm_embed_mlp(plan)), scene], dim=1)

    def forward(self, noisy: Tensor, steps: Tensor, condition: Tensor) -> Tensor:
        """Return the (B, T, 3) noise in noisy actions.

        Args:
            noisy: (B, T, 3) actions.
            steps: (B,) noise levels.
            condition: (B, 1 + scene tokens, token_dim) of ``condition``.
        """
        time = time_embedding(steps, condition.shape[-1]).to(condition.dtype)
        memory = self.drop(torch.cat([time[:, None], condition], dim=1) + self.cond_pos_embed)
        targets = self.drop(self.input_embed(noisy) + self.out_pos_embed)
        return self.action_head(self.layernorm(self.decoder(targets, memory, self.ahead)))


def _mlp(*widths: int) -> nn.Sequential:
    """Return linear maps from each width to the next with ReLU between them."""
    maps = [nn.Linear(into, out) for into, out in pairwise(widths)]
    layers = [layer for linear in maps for layer in (linear, nn.ReLU())]
    return nn.Sequential(*layers[:-1])
