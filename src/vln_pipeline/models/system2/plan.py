"""What System 2 hands on: the contract between it, System 1 and the agents that drive with both."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from vln_pipeline.models.system2.answer import Answer
from vln_pipeline.models.system2.conversation import Conversation


@dataclass(frozen=True)
class LatentPlan:
    """Where to go, in System 2's own terms.

    Attributes:
        states: (Q, H) last hidden states at the latent queries.
    """

    states: Tensor


@dataclass(frozen=True)
class Planned:
    """What System 2 makes of a conversation.

    Attributes:
        text: what it said.
        answer: what that means.
        latent: the plan for System 1; None unless the answer is a pixel goal and latent queries were given.
    """

    text: str
    answer: Answer
    latent: LatentPlan | None


class Planner(Protocol):
    """System 2, or what stands for it."""

    @property
    def hidden_size(self) -> int:
        """Width H of a latent plan."""
        ...

    def plan(self, conversation: Conversation, latent_queries: Tensor | None = None) -> Planned:
        """Return the answer to a conversation that ends with a question.

        Args:
            conversation: by ``Dialogue``.
            latent_queries: (Q, H) of System 1; None where no latent plan is wanted.
        """
        ...

    def reset(self) -> None:
        """Forget what was read: an episode begins."""
        ...
