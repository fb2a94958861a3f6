"""The Recurrent Diffusion Policy."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from vln_pipeline.models.rdp.clip import PATCHES, ClipText, ClipVision
from vln_pipeline.models.rdp.config import RdpConfig
from vln_pipeline.models.rdp.cross_modal import CrossModalEncoder
from vln_pipeline.models.rdp.denoiser import KINDS, MOVE, Denoiser, kind_of_each
from vln_pipeline.models.rdp.names import RULES, unused
from vln_pipeline.models.single_system.observation import Frames, Seen
from vln_pipeline.models.single_system.sequences import in_rows, out_of_rows
from vln_pipeline.models.single_system.state import StateEncoder
from vln_pipeline.models.single_system.system import Network
from vln_pipeline.models.single_system.visual import DepthEncoder
from vln_pipeline.models.single_system.words import PADDING


@dataclass(frozen=True)
class Moved:
    """What a robot knows of its own motion at N steps.

    Attributes:
        odometry: (N, 3) x, y, metres, and yaw, radians, as seen from where the walk began.
        back: (N, H, 3) moves that lead back, the latest first, over ``moves.LIMITS``; 0 before the start.
    """

    odometry: Tensor
    back: Tensor


@dataclass(frozen=True)
class Moment:
    """What the network makes of N steps.

    Attributes:
        told: (N, K, width) what the denoiser is told.
        progress: (N,) share of the way that is behind, in (0, 1).
        done: (N,) share of the steps that are behind, in (0, 1).
        state: (1, B, width) the recurrent state after the last step of each walk.
    """

    told: Tensor
    progress: Tensor
    done: Tensor
    state: Tensor


class Rdp(Network):
    """A GRU follows the way; images and words ask each other; a transformer denoises moves (Wang et al. 2025).

    Args:
        config: its shape.
        vocabulary: numbers that words have.
    """

    system = "rdp"
    title = "RDP"
    shape = RdpConfig
    rules = RULES
    config: RdpConfig
    words_table = "instruction_encoder.token_embedding.weight"

    def __init__(self, config: RdpConfig, vocabulary: int) -> None:
        super().__init__(config, vocabulary)
        width, memory = config.width, config.memory_width
        self.instruction_encoder = ClipText(config.text, width, vocabulary)
        self.image_encoder = _ImageEncoder(config)
        crossed = (width, config.cross_layers, config.cross_heads, config.cross_feedforward, config.dropout)
        self.txt_img_cross_encoder = CrossModalEncoder(*crossed)
        self.img_txt_cross_encoder = CrossModalEncoder(*crossed)
        self.prev_action_embedding = nn.Linear(MOVE, memory)
        self.prev_action_embedding_dp = nn.Linear(MOVE, width)
        self.imu_linear = nn.Linear(MOVE, memory)
        self.imu_linear_dp = nn.Linear(MOVE, width)
        self.state_encoder = StateEncoder(PATCHES * width + 2 * memory, width)
        self.action_dp_pred_net = Denoiser(config)
        self.action_type_embeds = nn.Embedding(KINDS, width)
        self.progress_monitor = _ShareHead(2 * width)
        self.stop_progress_predictor = _ShareHead(2 * width)

    def see(self, frames: Frames) -> Seen:
        """Return what the encoders make of frames."""
        return self.image_encoder.see(frames)

    def forward(
        self,
        frames: Frames | Seen,
        lengths: Sequence[int],
        tokens: Tensor,
        moved: Moved,
        noisy: Tensor,
        levels: Tensor,
        hidden: Tensor,
        blind: Tensor,
    ) -> tuple[Tensor, Moment]:
        """Return (N, T, 3) the noise in the moves of N steps, and what else is made of them; for training.

        Args:
            frames: of all steps, or what ``see`` makes of them.
            lengths: steps of each walk.
            tokens: (B, L) int64 words of each.
            moved: the robot's own motion.
            noisy: (N, T, 3) moves ahead with noise.
            levels: (N,) int64 of the noise.
            hidden: (N,) bool, whether words and images are hidden from the denoiser.
            blind: (N,) bool, whether images are blank.
        """
        seen = frames if isinstance(frames, Seen) else self.see(frames)
        moment = self.moment(self._blanked(seen, blind), lengths, tokens, moved)
        return self.noise(noisy, levels, moment.told, hidden), moment

    def moment(
        self,
        frames: Frames | Seen,
        lengths: Sequence[int],
        tokens: Tensor,
        moved: Moved,
        state: Tensor | None = None,
    ) -> Moment:
        """Return what the network makes of steps; ``state`` is that of an earlier call, to go on."""
        seen = frames if isinstance(frames, Seen) else self.see(frames)
        images = self.image_encoder(seen)
        remembered = [self.prev_action_embedding(moved.back[:, 0]), self.imu_linear(moved.odometry)]
        rows = in_rows(torch.cat([images.flatten(1), *remembered], dim=1), lengths)
        rows, last = self.state_encoder(rows, state)
        states = out_of_rows(rows, lengths)[:, None]
        counts = torch.as_tensor(lengths, device=tokens.device)
        words = self.instruction_encoder(tokens).repeat_interleave(counts, dim=0)
        spoken = _there(tokens).repeat_interleave(counts, dim=0)
        sights = torch.cat([images, states], dim=1)
        asked = self.img_txt_cross_encoder(sights, words, None, spoken)
        first = self.txt_img_cross_encoder(words, sights, spoken, None)[:, :1]
        known = [self.imu_linear_dp(moved.odometry)[:, None], self.prev_action_embedding_dp(moved.back)]
        told = torch.cat([asked, first, states, *known], dim=1)
        judged = torch.cat([states[:, 0], first[:, 0]], dim=1)
        return Moment(told, self.progress_monitor(judged), self.stop_progress_predictor(judged), last)

    def noise(self, noisy: Tensor, levels: Tensor, told: Tensor, hidden: Tensor) -> Tensor:
        """Return (N, T, 3) the noise in moves; arguments as of ``forward``, and of ``Moment``."""
        kinds = self.action_type_embeds(kind_of_each(self.config.history, told.device))
        noise: Tensor = self.action_dp_pred_net(noisy, levels, told, kinds, hidden)
        return noise

    def besides(self) -> dict[str, Tensor]:
        """Return what published checkpoints hold besides, by its published name."""
        return unused(self.config)

    def _blanked(self, seen: Seen, hide: Tensor) -> Seen:
        """Return what is seen, with a blank image in place of some."""
        blank = self.see(self.image_encoder.blank())
        return Seen(
            torch.where(hide[:, None, None], blank.rgb, seen.rgb),
            torch.where(hide[:, None, None, None], blank.depth, seen.depth),
        )


def _there(tokens: Tensor) -> Tensor:
    """Return (B, L) bool, whether there is a word; at the first place there always is."""
    there = tokens != PADDING
    there[:, 0] = True
    return there


class _ImageEncoder(nn.Module):
    """Colour, and depth added to what stands for all of the image.

    Args:
        config: shape of the network.
    """

    def __init__(self, config: RdpConfig) -> None:
        super().__init__()
        self.image_transformer = ClipVision(config.rgb)
        self.depth_encoder = DepthEncoder(config.depth)
        cells = self.depth_encoder.width * self.depth_encoder.cells
        self.depth_linear = nn.Sequential(nn.Flatten(), nn.Linear(cells, config.depth.output), nn.ReLU())
        self.img_learnable_linear = nn.Linear(config.rgb.width, config.width)
        self.depth_learnable_linear = nn.Linear(config.depth.output, config.width)
        self.env_drop, self.dropout = nn.Dropout(config.env_drop), nn.Dropout(config.dropout)
        self._sizes = (config.rgb.size, config.depth.size)

    def see(self, frames: Frames) -> Seen:
        """Return (N, 5, rgb.width) and (N, C, g, g)."""
        return Seen(self.image_transformer(frames.rgb), self.depth_encoder.see(frames.depth))

    def blank(self) -> Frames:
        """Return a frame of the mean colour, with nothing between the robot and the depth's least value."""
        rgb, depth = self._sizes
        colour = self.image_transformer.mean.expand(1, -1, rgb, rgb)
        return Frames(colour, colour.new_zeros(1, 1, depth, depth))

    def forward(self, seen: Seen) -> Tensor:
        """Return (N, 5, width)."""
        colours = self.dropout(self.img_learnable_linear(self.env_drop(seen.rgb)))
        depths = self.depth_linear(self.depth_encoder(seen.depth))
        whole = colours[:, :1] + self.dropout(self.depth_learnable_linear(depths))[:, None]
        return torch.cat([whole, colours[:, 1:]], dim=1)


class _ShareHead(nn.Module):
    """A share, from 0 to 1, of what is known."""

    def __init__(self, width: int) -> None:
        super().__init__()
        hidden, narrow = width // 4, width // 16
        layers = (nn.Linear(width, hidden), nn.ReLU(), nn.Linear(hidden, narrow), nn.ReLU(), nn.Linear(narrow, 1))
        self.network = nn.Sequential(*layers)
        for part in layers:
            if isinstance(part, nn.Linear):
                nn.init.kaiming_normal_(part.weight, nonlinearity="relu")
                nn.init.zeros_(part.bias)

    def forward(self, known: Tensor) -> Tensor:
        """Return (N,) of (N, width)."""
        return torch.sigmoid(self.network(known))[:, 0]
