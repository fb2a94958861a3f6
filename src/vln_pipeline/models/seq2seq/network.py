"""The Seq2Seq network."""

from collections.abc import Sequence

import torch
from torch import Tensor

from vln_pipeline.models.seq2seq.config import Seq2SeqConfig
from vln_pipeline.models.single_system.heads import ACTION_WIDTH, ActionHead, action_embedding, progress_head
from vln_pipeline.models.single_system.instruction import InstructionEncoder
from vln_pipeline.models.single_system.names import RESNETS
from vln_pipeline.models.single_system.observation import Frames, Seen, Steps
from vln_pipeline.models.single_system.sequences import in_rows, out_of_rows
from vln_pipeline.models.single_system.state import StateEncoder
from vln_pipeline.models.single_system.system import Network
from vln_pipeline.models.single_system.visual import DepthEncoder, RgbEncoder


class Seq2Seq(Network):
    """The final state of the words, a vector of each image, a GRU, and a linear layer (Krantz et al. 2020).

    Args:
        config: its shape.
        vocabulary: numbers that words have.
    """

    system = "seq2seq"
    title = "Seq2Seq"
    shape = Seq2SeqConfig
    rules = RESNETS
    config: Seq2SeqConfig
    words_table = "instruction_encoder.embedding_layer.weight"

    def __init__(self, config: Seq2SeqConfig, vocabulary: int) -> None:
        super().__init__(config, vocabulary)
        self.instruction_encoder = InstructionEncoder(config.instruction, vocabulary, both_ways=False)
        self.rgb_encoder = RgbEncoder(config.rgb)
        self.depth_encoder = DepthEncoder(config.depth)
        width = self.instruction_encoder.width + self.depth_encoder.width + self.rgb_encoder.width
        if config.previous_action:
            self.prev_action_embedding = action_embedding()
            width += ACTION_WIDTH
        self.state_encoder = StateEncoder(width, config.state)
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
            state: that of an earlier call, to go on; None at the start of walks.
        """
        seen = frames if isinstance(frames, Seen) else self.see(frames)
        words = self.instruction_encoder(tokens).whole
        counts = torch.as_tensor(lengths, device=words.device)
        told = [words.repeat_interleave(counts, dim=0), self.depth_encoder(seen.depth), self.rgb_encoder(seen.rgb)]
        if self.config.previous_action:
            told.append(self.prev_action_embedding(previous))
        states, last = self.state_encoder(in_rows(torch.cat(told, dim=1), lengths), state)
        features = out_of_rows(states, lengths)
        progress = torch.tanh(self.progress_monitor(features))[:, 0]
        return Steps(self.action_distribution(features), progress, last)
