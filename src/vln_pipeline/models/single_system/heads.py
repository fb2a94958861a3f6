"""What is said of the recurrent state: an action, and the progress."""

from torch import Tensor, nn

ACTIONS = 4
"""STOP, forward, left, right, by the numbers of ``Action``."""
ACTION_WIDTH = 32
"""Width of the embedding of an action."""


class ActionHead(nn.Module):
    """Logits of the actions; nearly equal at the start."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, ACTIONS)
        nn.init.orthogonal_(self.linear.weight, gain=0.01)
        nn.init.zeros_(self.linear.bias)

    def forward(self, state: Tensor) -> Tensor:
        """Return (..., 4) of (..., width)."""
        logits: Tensor = self.linear(state)
        return logits


def progress_head(width: int) -> nn.Linear:
    """Return the linear layer whose hyperbolic tangent is the progress."""
    head = nn.Linear(width, 1)
    nn.init.kaiming_normal_(head.weight, nonlinearity="tanh")
    nn.init.zeros_(head.bias)
    return head


def action_embedding() -> nn.Embedding:
    """Return the embedding of the last action: 0 for none, and 1 more than its number for each action."""
    return nn.Embedding(ACTIONS + 1, ACTION_WIDTH)
