"""The recurrent state."""

from torch import Tensor, nn


class StateEncoder(nn.Module):
    """A GRU over the steps of walks; orthogonal weights at the start, as in the references.

    Args:
        width: of what it is told at a step.
        hidden: width of its state.
    """

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.rnn = nn.GRU(width, hidden, batch_first=True)
        for name, parameter in self.rnn.named_parameters():
            if "weight" in name:
                nn.init.orthogonal_(parameter)
            else:
                nn.init.zeros_(parameter)

    def forward(self, rows: Tensor, state: Tensor | None) -> tuple[Tensor, Tensor]:
        """Return (B, T, hidden) states after each step, and the last ones.

        Args:
            rows: (B, T, width).
            state: (1, B, hidden) before the first step; None at the start of walks.
        """
        states, last = self.rnn(rows, state)
        return states, last
