"""The cross-modal attention network."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from vln_pipeline.models.cma.config import CmaConfig
from vln_pipeline.models.single_system.heads import ACTION_WIDTH, ActionHead, action_embedding, progress_head
from vln_pipeline.models.single_system.instruction import InstructionEncoder
from vln_pipeline.models.single_system.names import RESNETS
from vln_pipeline.models.single_system.observation import Frames, Seen, Steps
from vln_pipeline.models.single_system.sequences import in_rows, out_of_rows
from vln_pipeline.models.single_system.state import StateEncoder
from vln_pipeline.models.single_system.system import Network
from vln_pipeline.models.single_system.visual import DepthEncoder, RgbEncoder


class Cma(Network):
    """A first GRU follows the way and asks the words; what they say asks the images; a second GRU decides.

    The network of Krantz et al. 2020.

    Args:
        config: its shape.
        vocabulary: numbers that words have.
    """

    system = "cma"
    title = "CMA"
    shape = CmaConfig
    rules = RESNETS
    config: CmaConfig
    words_table = "instruction_encoder.embedding_layer.weight"

    def __init__(self, config: CmaConfig, vocabulary: int) -> None:
        super().__init__(config, vocabulary)
        asked, rgb, depth = config.state // 2, config.rgb.output, config.depth.output
        self._asked = asked
        self.instruction_encoder = InstructionEncoder(config.instruction, vocabulary, both_ways=True)
        self.rgb_encoder = RgbEncoder(config.rgb)
        self.depth_encoder = DepthEncoder(config.depth)
        words = self.instruction_encoder.width
        self.prev_action_embedding = action_embedding()
        pooled = (nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(self.rgb_encoder.width, rgb), nn.ReLU())
        self.rgb_linear = nn.Sequential(*pooled)
        cells = self.depth_encoder.width * self.depth_encoder.cells
        self.depth_linear = nn.Sequential(nn.Flatten(), nn.Linear(cells, depth), nn.ReLU())
        self.state_encoder = StateEncoder(rgb + depth + ACTION_WIDTH, config.state)
        self.state_q = nn.Linear(config.state, asked)
        self.text_k = nn.Conv1d(words, asked, 1)
        self.text_q = nn.Linear(words, asked)
        self.rgb_kv = nn.Conv1d(self.rgb_encoder.width, asked + rgb, 1)
        self.depth_kv = nn.Conv1d(self.depth_encoder.width, asked + depth, 1)
        whole = config.state + words + rgb + depth + ACTION_WIDTH
        self.second_state_compress = nn.Sequential(nn.Linear(whole, config.state), nn.ReLU())
        self.second_state_encoder = StateEncoder(config.state, config.state)
        self.progress_monitor = progress_head(config.state)
        self.action_distribution = ActionHead(config.state)

    def see(self, frames: Frames) -> Seen:
        """Return what the ResNets make of frames."""
        return Seen(self.rgb_encoder.see(frames.rgb), self.depth_encoder.see(frames.depth))

    def forward(
        self,
        frames: Frames | Seen,
        lengths: Sequence[int],
        tokens: Tensor,
        previous: Tensor,
        state: Tensor | None = None,
    ) -> Steps:
        """Return what to do at every step of B walks, N steps together.

        Args:
            frames: of all steps, or what ``see`` makes of them.
            lengths: steps of each walk.
            tokens: (B, L) int64 words of each.
            previous: (N,) int64 one more than the action before each step; 0 at the start of a walk.
            state: (2, B, state) of an earlier call, to go on; None at the start of walks.
        """
        seen = frames if isinstance(frames, Seen) else self.see(frames)
        first, second = (None, None) if state is None else state.split(1)
        rgb, depth = self.rgb_encoder(seen.rgb), self.depth_encoder(seen.depth)
        action = self.prev_action_embedding(previous)
        told = torch.cat([self.rgb_linear(rgb), self.depth_linear(depth), action], dim=1)
        rows, first = self.state_encoder(in_rows(told, lengths), first)
        words = self._words(rows, tokens, lengths)
        query = self.text_q(words)
        answers = [self._looked_up(query, kv) for kv in (self.rgb_kv(rgb), self.depth_kv(depth))]
        whole = torch.cat([out_of_rows(rows, lengths), words, *answers, action], dim=1)
        rows, second = self.second_state_encoder(in_rows(self.second_state_compress(whole), lengths), second)
        features = out_of_rows(rows, lengths)
        progress = torch.tanh(self.progress_monitor(features))[:, 0]
        return Steps(self.action_distribution(features), progress, torch.cat([first, second]))

    def besides(self) -> dict[str, Tensor]:
        """Return what published checkpoints hold besides, by its published name."""
        return {"_scale": torch.tensor(1 / math.sqrt(self._asked))}

    def _words(self, states: Tensor, tokens: Tensor, lengths: Sequence[int]) -> Tensor:
        """Return (N, words) what the instruction says to each state."""
        read = self.instruction_encoder(tokens)
        keys = self.text_k(read.tokens.transpose(1, 2))
        scores = self.state_q(states) @ keys / math.sqrt(self._asked)
        shares = scores.masked_fill(~read.there[:, None], -torch.inf).softmax(dim=-1)
        return out_of_rows(shares @ read.tokens, lengths)

    def _looked_up(self, query: Tensor, keys_and_values: Tensor) -> Tensor:
        """Return (N, V) of (N, K) queries to (N, K + V, cells)."""
        keys, values = keys_and_values.split([self._asked, keys_and_values.shape[1] - self._asked], dim=1)
        shares = (torch.einsum("nc,ncs->ns", query, keys) / math.sqrt(self._asked)).softmax(dim=-1)
        return torch.einsum("ns,ncs->nc", shares, values)
