"""What writes instructions, and how one is opened."""

from pathlib import Path
from typing import Protocol

from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.labels import Labels
from vln_pipeline.labelling.template import TemplateLabeller
from vln_pipeline.labelling.walk import Walk


class Labeller(Protocol):
    """Puts walks into words."""

    @property
    def concurrency(self) -> int:
        """Walks that may be labelled at the same time."""
        ...

    def label(self, walk: Walk) -> Labels:
        """Return the instructions of a walk.

        Raises:
            DataError: this walk cannot be labelled.
        """
        ...


def open_labeller(config: LabellingConfig, cache_dir: Path, seed: int) -> Labeller:
    """Return the labeller that the parameters name.

    Args:
        config: the stage's parameters.
        cache_dir: folder shared by all runs, for answers of models.
        seed: the run's seed.
    """
    return TemplateLabeller(config.landmarks, config.variants, seed)
