"""Which samples a batch is of, where every step of the optimiser is to be of one task."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.seeding import generator


class GroupedOrder:
    """An endless order of sample numbers, cut into batches, all batches of a step of one task.

    In each epoch the samples of every task are shuffled and cut into steps; what is left of a task is dropped until
    the next epoch, and the steps of all tasks are shuffled. A batch follows from its number alone.

    Args:
        tasks: samples of each task; their numbers follow each other in this order.
        batch_size: samples in a batch.
        batches: of a step, of all processes together.
        seed: of the order.

    Raises:
        DataError: a task has fewer samples than a step.
    """

    def __init__(self, tasks: Mapping[str, int], batch_size: int, batches: int, seed: int) -> None:
        self.batch_size, self.batches, self.seed = batch_size, batches, seed
        self._sizes = tuple(tasks.values())
        self.length = sum(self._sizes)
        a_step = batch_size * batches
        for name, size in tasks.items():
            if size < a_step:
                cause = f"has {size} samples, fewer than the {a_step} of one step, which is of one task"
                raise DataError(f"task {name}", cause, "lower batch_size or accumulation, or give more samples")

    def batch(self, number: int) -> list[int]:
        """Return the sample numbers of a batch."""
        step, part = divmod(number, self.batches)
        steps = sum(size // (self.batch_size * self.batches) for size in self._sizes)
        epoch, place = divmod(step, steps)
        own = _epoch(self._sizes, self.batch_size * self.batches, self.seed, epoch)[place]
        chosen = own[part * self.batch_size : (part + 1) * self.batch_size]
        return [epoch * self.length + int(sample) for sample in chosen]


@lru_cache(maxsize=4)
def _epoch(sizes: tuple[int, ...], a_step: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Return (steps, samples of a step) numbers."""
    draw = generator(seed, "grouped_order", epoch)
    firsts = accumulate((0, *sizes[:-1]))
    rows = [
        first + draw.permutation(size)[: size // a_step * a_step].reshape(-1, a_step)
        for first, size in zip(firsts, sizes, strict=True)
    ]
    return draw.permutation(np.concatenate(rows), axis=0)
