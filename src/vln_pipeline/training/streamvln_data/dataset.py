"""Training samples by number, of all tasks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.processing import Encoded, Processor
from vln_pipeline.training.streamvln_data.task import Task

_ATTEMPTS = 32


@dataclass(frozen=True)
class Drawn:
    """A sample as it was made.

    Attributes:
        encoded: the sample.
        name: what it is taken from.
        skipped: why others before it were dropped.
    """

    encoded: Encoded
    name: str
    skipped: tuple[str, ...]


class StreamVlnDataset:
    """Makes any sample from its number and the seed alone, whichever process asks for it and in whatever order.

    Where one cannot be made, since a picture or a video is missing, say, another one of the same task is drawn in its
    place.

    Args:
        tasks: whose samples follow each other.
        processor: turns conversations into tokens.
        seed: of all draws.
    """

    def __init__(self, tasks: Sequence[Task], processor: Processor, seed: int) -> None:
        self._tasks, self._processor, self._seed = tuple(tasks), processor, seed
        self._ends = np.cumsum([len(task) for task in tasks])

    def __len__(self) -> int:
        """Return the number of samples in an epoch; numbers beyond it are those of the epochs that follow."""
        return int(self._ends[-1])

    def __getitem__(self, number: int) -> Drawn:
        """Return a sample.

        Raises:
            DataError: a large part of the samples of its task cannot be made.
        """
        place = number % len(self)
        which = int(np.searchsorted(self._ends, place, side="right"))
        task = self._tasks[which]
        own = place - int(self._ends[which]) + len(task)
        skipped: list[str] = []
        for attempt in range(_ATTEMPTS):
            random = np.random.default_rng((self._seed, number, attempt))
            if attempt:
                own = int(random.integers(len(task)))
            name = f"{task.name}: {task.told(own)}"
            try:
                return Drawn(self._processor.encode(task.messages(own, random)), name, tuple(skipped))
            except DataError as error:
                skipped.append(f"{name}: {error}")
        cause = f"{_ATTEMPTS} samples in a row cannot be made; the last: {skipped[-1]}"
        raise DataError(f"task {task.name}", cause, "look at these samples")
