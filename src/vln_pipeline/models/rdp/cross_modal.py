"""Transformer layers in which one modality asks another (as in LXMERT, Tan and Bansal 2019)."""

from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention


class CrossModalEncoder(nn.Module):
    """Layers of attention among those who ask, attention to those who are asked, and a hidden layer.

    Args:
        width: of both modalities.
        layers: how many.
        heads: of attention.
        feedforward: width of the hidden layers.
        dropout: of attention and of what each part adds.
    """

    def __init__(self, width: int, layers: int, heads: int, feedforward: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(width, heads, feedforward, dropout) for _ in range(layers))
        for part in self.modules():
            if isinstance(part, nn.Linear):
                nn.init.normal_(part.weight, std=0.02)
                nn.init.zeros_(part.bias)

    def forward(self, asking: Tensor, asked: Tensor, asking_there: Tensor | None, asked_there: Tensor | None) -> Tensor:
        """Return (N, Q, width) what those who ask make of it.

        Args:
            asking: (N, Q, width).
            asked: (N, K, width).
            asking_there: (N, Q) bool, whether there is something; None for all.
            asked_there: (N, K) bool likewise.
        """
        for layer in self.layers:
            asking = layer(asking, asked, asking_there, asked_there)
        return asking


class _Layer(nn.Module):
    def __init__(self, width: int, heads: int, feedforward: int, dropout: float) -> None:
        super().__init__()
        self.attention = _Attention(width, heads, dropout)
        self.crossattention = _Attention(width, heads, dropout)
        self.expand, self.contract = nn.Linear(width, feedforward), nn.Linear(feedforward, width)
        self.norm, self.dropout = nn.LayerNorm(width), nn.Dropout(dropout)

    def forward(self, asking: Tensor, asked: Tensor, asking_there: Tensor | None, asked_there: Tensor | None) -> Tensor:
        asking = self.attention(asking, asking, asking_there)
        asking = self.crossattention(asking, asked, asked_there)
        added: Tensor = self.norm(asking + self.dropout(self.contract(gelu(self.expand(asking)))))
        return added


class _Attention(nn.Module):
    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.dense, self.norm, self.dropout = nn.Linear(width, width), nn.LayerNorm(width), nn.Dropout(dropout)
        self._heads, self._rate = heads, dropout

    def forward(self, asking: Tensor, asked: Tensor, there: Tensor | None) -> Tensor:
        query, key, value = (
            part.unflatten(2, (self._heads, -1)).transpose(1, 2)
            for part in (self.query(asking), self.key(asked), self.value(asked))
        )
        mask = None if there is None else there[:, None, None]
        rate = self._rate if self.training else 0.0
        found = scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=rate)
        added: Tensor = self.norm(asking + self.dropout(self.dense(found.transpose(1, 2).flatten(2))))
        return added
