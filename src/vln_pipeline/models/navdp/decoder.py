"""Transformer decoder layers with torch's parameter names, quicker to train than torch's own."""

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention


class Decoder(nn.Module):
    """A stack of transformer decoder layers, each with its own initial weights.

    ``torch.nn.TransformerDecoder`` copies one layer, so that all of its layers start equal.
    """

    def __init__(
        self, depth: int, width: int, heads: int, feedforward: int, dropout: float, activation: str, norm_first: bool
    ) -> None:
        super().__init__()
        self.layers = nn.ModuleList(
            DecoderLayer(width, heads, feedforward, dropout, activation, batch_first=True, norm_first=norm_first)
            for _ in range(depth)
        )

    def forward(
        self, targets: Tensor, memory: Tensor, target_mask: Tensor | None = None, memory_mask: Tensor | None = None
    ) -> Tensor:
        """Decode.

        Args:
            targets: (B, L, width).
            memory: (B, N, width).
            target_mask: (P, T, T) bool, True where hidden; the L = P T targets are P passes that do not see each other.
            memory_mask: (L, N) bool, True where hidden.

        Returns:
            (B, L, width).
        """
        among = None if target_mask is None else ~target_mask.repeat(len(targets), 1, 1)[:, None]
        beyond = None if memory_mask is None else ~memory_mask
        for layer in self.layers:
            targets = layer(targets, memory, among, beyond)
        return targets


class DecoderLayer(nn.TransformerDecoderLayer):
    """torch's decoder layer.

    Queries, keys and values stay views of what they were projected to together, where torch copies each of them and
    fills zeros around each of their gradients; and passes that do not see each other are not compared and then masked.
    """

    def forward(  # type: ignore[override]  # masks are those of scaled_dot_product_attention
        self, targets: Tensor, memory: Tensor, among: Tensor | None, beyond: Tensor | None
    ) -> Tensor:
        """Return (B, L, width) targets.

        Args:
            targets: (B, L, width).
            memory: (B, N, width).
            among: (B P, 1, T, T) bool, where targets see each other in their pass.
            beyond: (L, N) bool, where targets see the memory.
        """
        if self.norm_first:
            targets = targets + self.dropout1(self._look_around(self.norm1(targets), among))
            targets = targets + self.dropout2(self._look_up(self.norm2(targets), memory, beyond))
            return targets + self._think(self.norm3(targets))
        targets = self.norm1(targets + self.dropout1(self._look_around(targets, among)))
        targets = self.norm2(targets + self.dropout2(self._look_up(targets, memory, beyond)))
        return self.norm3(targets + self._think(targets))

    def _look_around(self, targets: Tensor, among: Tensor | None) -> Tensor:
        """Return what each target gathers from those of its pass."""
        attention = self.self_attn
        mixed = linear(targets, attention.in_proj_weight, attention.in_proj_bias)
        passes = mixed.reshape(len(targets) if among is None else len(among), -1, mixed.shape[-1])
        asking, offered, content = _heads(passes, 3, attention.num_heads)
        seen = scaled_dot_product_attention(asking, offered, content, among, self._dropped)
        return attention.out_proj(seen.transpose(1, 2).reshape(targets.shape))

    def _look_up(self, targets: Tensor, memory: Tensor, beyond: Tensor | None) -> Tensor:
        """Return what each target gathers from the memory."""
        attention, width = self.multihead_attn, targets.shape[-1]
        weights, biases = (
            part.split([width, 2 * width]) for part in (attention.in_proj_weight, attention.in_proj_bias)
        )
        (asking,) = _heads(linear(targets, weights[0], biases[0]), 1, attention.num_heads)
        offered, content = _heads(linear(memory, weights[1], biases[1]), 2, attention.num_heads)
        seen = scaled_dot_product_attention(asking, offered, content, beyond, self._dropped)
        return attention.out_proj(seen.transpose(1, 2).reshape(targets.shape))

    def _think(self, targets: Tensor) -> Tensor:
        """Return the output of the feed-forward block."""
        return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(targets)))))

    @property
    def _dropped(self) -> float:
        """Share of attention weights that is dropped."""
        return self.self_attn.dropout if self.training else 0.0


def _heads(mixed: Tensor, parts: int, heads: int) -> tuple[Tensor, ...]:
    """Split (B, L, parts * width) into parts of (B, heads, L, width / heads), as views."""
    return torch.unbind(mixed.unflatten(-1, (parts, heads, -1)).permute(2, 0, 3, 1, 4))
