"""NavDP: one decoder that denoises waypoints and judges them, on tokens of what the robot sees (Cai et al. 2025)."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.models.navdp.decoder import Decoder
from vln_pipeline.models.navdp.embeddings import LearnedPositions, time_embedding
from vln_pipeline.models.navdp.encoders import ImageGoalEncoder, PixelGoalEncoder, RgbdEncoder
from vln_pipeline.models.navdp.inputs import NavdpInputs

GOALS = 3
"""Goal slots of the decoder's memory, after the noise level's slot and before the scene's tokens."""
HEADER = 1 + GOALS


@dataclass(frozen=True)
class NavdpOutput:
    """What the training losses compare; B samples, T waypoints.

    Attributes:
        noise_nogoal: (B, T, 3) prediction without a goal: noise or clean actions, as ``NavdpConfig.prediction`` says.
        noise_goal: (B, T, 3) the same with goals.
        critic: (B,) value of the label.
        augmented_critic: (B,) value of the augmented label.
        image_aux: (B, 3) point goal read off the image goal; None for a network that knows no image goals.
        pixel_aux: (B, 3) point goal read off the pixel goal; None for a network that knows no pixel goals.
    """

    noise_nogoal: Tensor
    noise_goal: Tensor
    critic: Tensor
    augmented_critic: Tensor
    image_aux: Tensor | None
    pixel_aux: Tensor | None


class NavdpNetwork(nn.Module):
    """The network, with the parameter names and shapes of the published checkpoints.

    An action is the difference (x, y, theta) of two neighbouring waypoints, times 4.
    """

    target_mask: Tensor
    memory_mask: Tensor

    def __init__(self, config: NavdpConfig) -> None:
        super().__init__()
        self.config = config
        width, tokens = config.token_dim, config.memory_size * config.queries_per_frame
        self.rgbd_encoder = RgbdEncoder(config)
        if "pixel" in config.goals:
            self.pixel_encoder, self.pixel_aux_head = PixelGoalEncoder(config), nn.Linear(width, 3)
        if "image" in config.goals:
            self.image_encoder, self.image_aux_head = ImageGoalEncoder(config), nn.Linear(width, 3)
        if "point" in config.goals:
            self.point_encoder = nn.Linear(3, width)
        self.decoder = Decoder(
            config.decoder_depth, width, config.heads, config.feedforward, config.dropout, "gelu", True
        )
        self.input_embed = nn.Linear(3, width)
        self.cond_pos_embed = LearnedPositions(HEADER + tokens, width)
        self.out_pos_embed = LearnedPositions(config.predict_size, width)
        self.drop = nn.Dropout(config.dropout)
        self.layernorm = nn.LayerNorm(width)
        self.action_head = nn.Linear(width, 3)
        self.critic_head = nn.Linear(width, 1)
        target_mask, memory_mask = _masks(config.predict_size, tokens)
        self.register_buffer("target_mask", target_mask, persistent=False)
        self.register_buffer("memory_mask", memory_mask, persistent=False)

    def forward(
        self,
        inputs: NavdpInputs,
        noisy_nogoal: Tensor,
        noisy_goal: Tensor,
        steps_nogoal: Tensor,
        steps_goal: Tensor,
        label: Tensor,
        augmented: Tensor,
        rgb_tokens: Tensor | None = None,
    ) -> NavdpOutput:
        """Run the four passes of a training step.

        They see the same scene, so their targets go through the decoder side by side, hidden from one another, and the
        scene's keys and values are computed once.

        Args:
            inputs: observations and goals.
            noisy_nogoal: (B, T, 3) noisy actions, to be denoised without a goal.
            noisy_goal: (B, T, 3) noisy actions, to be denoised with goals.
            steps_nogoal: (B,) noise levels of the former.
            steps_goal: (B,) noise levels of the latter.
            label: (B, T, 3) actions to be judged.
            augmented: (B, T, 3) actions of another path to be judged.
            rgb_tokens: (B, M, patches, vit_dim) of ``rgbd_encoder.rgb_tokens(inputs.rgb)``, where they are known.
        """
        if rgb_tokens is None:
            rgb_tokens = self.rgbd_encoder.rgb_tokens(inputs.rgb)
        scene = self.rgbd_encoder(rgb_tokens, self.rgbd_encoder.depth_tokens(inputs.depth))
        embedded = self.embedded_goals(inputs)
        goals = mixed_goals(torch.stack([*embedded.values()], dim=1))
        positions = self.cond_pos_embed()
        headers = [
            torch.cat([self.time_token(steps), slots], dim=1) + positions[:HEADER]
            for steps, slots in ((steps_nogoal, torch.zeros_like(goals)), (steps_goal, goals))
        ]
        memory = self.drop(torch.cat([*headers, scene + positions[HEADER:]], dim=1))
        actions = [self.input_embed(noisy_nogoal), self.input_embed(noisy_goal)]
        # The critic is not to shape how actions are embedded.
        actions += [self.input_embed(label).detach(), self.input_embed(augmented).detach()]
        targets = self.drop(torch.cat([embedded + self.out_pos_embed() for embedded in actions], dim=1))
        decoded = self.layernorm(self.decoder(targets, memory, self.target_mask, self.memory_mask))
        nogoal, goal, labelled, turned = decoded.chunk(4, dim=1)
        return NavdpOutput(
            self.action_head(nogoal),
            self.action_head(goal),
            self.value(labelled),
            self.value(turned),
            self.image_aux_head(embedded["image"]) if "image" in embedded else None,
            self.pixel_aux_head(embedded["pixel"]) if "pixel" in embedded else None,
        )

    def embedded_goals(self, inputs: NavdpInputs) -> dict[str, Tensor]:
        """Return (B, token_dim) by each kind of goal that the network understands."""
        embed: dict[str, Callable[[], Tensor]] = {
            "point": lambda: self.point_encoder(inputs.point_goal),
            "image": lambda: self.image_encoder(inputs.image_goal),
            "pixel": lambda: self.pixel_encoder(inputs.pixel_goal),
        }
        return {kind: embed[kind]() for kind in embed if kind in self.config.goals}

    def time_token(self, steps: Tensor) -> Tensor:
        """Return the (B, 1, token_dim) token of (B,) noise levels."""
        return time_embedding(steps, self.config.token_dim).to(self.input_embed.weight.dtype)[:, None]

    def value(self, decoded: Tensor) -> Tensor:
        """Return the (B,) values of (B, T, token_dim) decoded and normalised waypoints."""
        return self.critic_head(decoded.mean(dim=1))[:, 0]


def mixed_goals(goals: Tensor) -> Tensor:
    """Fill the three goal slots so that a batch shows every combination of kinds of goal.

    Sample b's slots hold the kinds that are the three lowest digits of b, lowest first; with three kinds, ternary ones.

    Args:
        goals: (B, K, D) embedded goals of K kinds.

    Returns:
        (B, 3, D).
    """
    samples = torch.arange(len(goals), device=goals.device)[:, None]
    count = goals.shape[1]
    kinds = samples // torch.tensor([count**slot for slot in range(GOALS)], device=goals.device) % count
    return goals[samples, kinds]


def _masks(waypoints: int, tokens: int) -> tuple[Tensor, Tensor]:
    """Return (4, T, T) and (4 T, 8 + tokens) masks of a training step, True where hidden.

    A denoised waypoint sees itself and those before it, a judged one the whole path. The memory starts with the two
    headers (noise level, goals) of the denoising passes; the critic sees neither.
    """
    ahead = torch.ones(waypoints, waypoints, dtype=torch.bool).triu(1)
    none = torch.zeros_like(ahead)
    targets = torch.stack([ahead, ahead, none, none])
    header = torch.ones(4, 2, dtype=torch.bool)
    header[0, 0] = header[1, 1] = False
    memory = torch.zeros(4, 2 * HEADER + tokens, dtype=torch.bool)
    memory[:, : 2 * HEADER] = header.repeat_interleave(HEADER, dim=1)
    return targets, memory.repeat_interleave(waypoints, dim=0)
