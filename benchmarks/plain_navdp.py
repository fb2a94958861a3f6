"""NavDP inference as it is written down: everything anew at every step, for every sample."""

import torch
from diffusers import DDPMScheduler
from torch import Generator, Tensor, nn

from vln_pipeline.models.navdp.embeddings import time_embedding
from vln_pipeline.models.navdp.network import NavdpNetwork

DDPM_STEPS = 10


@torch.no_grad()
def plain_plan(
    network: NavdpNetwork, rgb: Tensor, depth: Tensor, goals: list[Tensor], samples: int, noise: Generator
) -> tuple[Tensor, Tensor]:
    """Draw paths and judge them.

    Args:
        network: in evaluation mode; it predicts noise.
        rgb: (1, M, 3, S, S) in [0, 1].
        depth: (1, 1, S, S) metres.
        goals: three (1, token_dim) embedded goals.
        samples: paths to draw.
        noise: of the start and of the steps.

    Returns:
        (samples, T, 3) waypoints in metres and radians, and their (samples,) values.
    """
    encoder = network.rgbd_encoder
    tokens = torch.cat([encoder.rgb_tokens(rgb).flatten(1, 2), encoder.depth_tokens(depth)], dim=1)
    scene = decode(encoder.former_net, encoder.former_query()[None], tokens + encoder.former_pe())
    scene = encoder.project_layer(scene).repeat_interleave(samples, dim=0)
    slots = [goal[:, None].repeat_interleave(samples, dim=0) for goal in goals]
    schedule = DDPMScheduler(DDPM_STEPS, beta_schedule="squaredcos_cap_v2", clip_sample=True)
    schedule.set_timesteps(DDPM_STEPS)
    ahead = torch.ones(network.config.predict_size, network.config.predict_size).triu(1).bool()
    actions = torch.randn((samples, network.config.predict_size, 3), generator=noise)
    for step in schedule.timesteps:
        level = time_embedding(step[None], network.config.token_dim)[:, None].repeat_interleave(samples, dim=0)
        memory = torch.cat([level, *slots, scene], dim=1) + network.cond_pos_embed()
        embedded = network.input_embed(actions) + network.out_pos_embed()
        decoded = decode(network.decoder, embedded, memory, tgt_mask=ahead)
        predicted = network.action_head(network.layernorm(decoded))
        actions = schedule.step(predicted, step, actions, generator=noise).prev_sample
    hidden = torch.zeros(network.config.predict_size, 4 + scene.shape[1], dtype=torch.bool)
    hidden[:, :4] = True
    none = torch.zeros_like(slots[0])
    memory = torch.cat([none, none, none, none, scene], dim=1) + network.cond_pos_embed()
    embedded = network.input_embed(actions) + network.out_pos_embed()
    decoded = decode(network.decoder, embedded, memory, memory_mask=hidden)
    values = network.critic_head(network.layernorm(decoded).mean(dim=1))[:, 0]
    return torch.cumsum(actions / 4, dim=1), values


def decode(decoder: nn.Module, targets: Tensor, memory: Tensor, **masks: Tensor) -> Tensor:
    """Run the weights of a decoder as torch's own layers do."""
    for layer in decoder.layers:
        targets = nn.TransformerDecoderLayer.forward(layer, targets, memory, **masks)
    return targets


@torch.no_grad()
def perturb(network: NavdpNetwork, generator: Generator, scale: float = 0.02) -> None:
    """Move every weight at random, so that swapped layers or left-out norms change the outcome."""
    for parameter in network.parameters():
        parameter += scale * torch.randn(parameter.shape, generator=generator)
