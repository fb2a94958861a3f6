"""The LSTM that reads an instruction."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from vln_pipeline.models.single_system.config import InstructionConfig
from vln_pipeline.models.single_system.words import PADDING


@dataclass(frozen=True)
class Read:
    """B instructions of at most L tokens.

    Attributes:
        tokens: (B, L, width) what each token means where it stands; 0 behind the end.
        there: (B, L) bool, whether there is a token.
        whole: (B, hidden) state of the forward direction at the end.
    """

    tokens: Tensor
    there: Tensor
    whole: Tensor


class InstructionEncoder(nn.Module):
    """Embeddings and an LSTM.

    Args:
        config: its shape.
        vocabulary: numbers that tokens have, from 0 on; 0 stands for none.
        both_ways: whether it also reads backwards.
    """

    def __init__(self, config: InstructionConfig, vocabulary: int, *, both_ways: bool) -> None:
        super().__init__()
        self.embedding_layer = nn.Embedding(vocabulary, config.embedding, padding_idx=PADDING)
        self.embedding_layer.requires_grad_(not config.frozen)
        self.encoder_rnn = nn.LSTM(config.embedding, config.hidden, bidirectional=both_ways, batch_first=True)
        self.width = config.hidden * (2 if both_ways else 1)

    def forward(self, tokens: Tensor) -> Read:
        """Return what (B, L) int64 tokens mean, ``PADDING`` behind the end of each."""
        lengths = (tokens != PADDING).sum(dim=1).clamp(min=1)
        packed = pack_padded_sequence(
            self.embedding_layer(tokens), lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        output, (final, _) = self.encoder_rnn(packed)
        rows, _ = pad_packed_sequence(output, batch_first=True)
        there = torch.arange(rows.shape[1], device=tokens.device) < lengths[:, None]
        return Read(rows, there, final[0])
