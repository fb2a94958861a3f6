"""Which samples a batch is of."""

from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.seeding import generator


class BatchOrder(Protocol):
    """An endless order of sample numbers, cut into batches."""

    def batch(self, number: int) -> list[int]:
        """Return the sample numbers of a batch; they follow from its number alone."""
        ...


class SampleOrder:
    """An endless order of sample numbers, cut into batches.

    Epoch e holds the numbers from e * length to (e + 1) * length - 1, each once, in an order of its own; a batch may
    reach over the end of an epoch. A batch follows from its number alone: that number is all there is to resume by, and
    ranks share an order without overlap by taking every n-th batch.

    Args:
        length: samples in an epoch.
        batch_size: samples in a batch.
        seed: of the order.
    """

    def __init__(self, length: int, batch_size: int, seed: int) -> None:
        self.length, self.batch_size, self.seed = length, batch_size, seed

    def batch(self, number: int) -> list[int]:
        """Return the sample numbers of a batch."""
        places = range(number * self.batch_size, (number + 1) * self.batch_size)
        found = []
        for epoch, place in (divmod(place, self.length) for place in places):
            found.append(epoch * self.length + int(_permutation(self.seed, epoch, self.length)[place]))
        return found


@lru_cache(maxsize=4)
def _permutation(seed: int, epoch: int, length: int) -> NDArray[np.int64]:
    return generator(seed, "navdp_data", "order", epoch).permutation(length)
