"""What the three networks have in common."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

from torch import Tensor, nn

from vln_pipeline.config import Config
from vln_pipeline.models.single_system.names import Rule
from vln_pipeline.models.single_system.observation import Frames, Seen


class Network(nn.Module):
    """A network that follows instructions step by step.

    Args:
        config: its shape, of type ``shape``.
        vocabulary: numbers that words have.
    """

    system: ClassVar[str]
    """Its name in files and parameters."""
    title: ClassVar[str]
    """Its name for a person."""
    shape: ClassVar[type[Config]]
    """Type of its configuration."""
    rules: ClassVar[Sequence[Rule]]
    """Where names of its weights differ from published ones."""
    words_table: ClassVar[str]
    """Name of the weight with a row for each number that words have."""

    def __init__(self, config: Any, vocabulary: int) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.config = config

    @abstractmethod
    def see(self, frames: Frames) -> Seen:
        """Return what those parts make of frames that may be frozen."""

    def besides(self) -> dict[str, Tensor]:
        """Return what published checkpoints hold besides, by its published name; here nothing."""
        return {}
