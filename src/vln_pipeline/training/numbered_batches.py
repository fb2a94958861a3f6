"""Batches of samples by number, made by worker processes."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any, Generic, Protocol, TypeVar

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from vln_pipeline.errors import DataError
from vln_pipeline.lifelines import end_with_parent
from vln_pipeline.training.sample_order import BatchOrder


class Drawn(Protocol):
    """A sample as it was made."""

    @property
    def skipped(self) -> Sequence[str]:
        """Why others before it were dropped."""
        ...


Sample = TypeVar("Sample", bound=Drawn)
SampleOut = TypeVar("SampleOut", bound=Drawn, covariant=True)
Batch = TypeVar("Batch")


class Samples(Protocol[SampleOut]):
    """Makes any sample from its number, whichever process asks for it and in whatever order."""

    def __getitem__(self, number: int) -> SampleOut:
        """Return a sample.

        Raises:
            DataError: a large part of the samples cannot be made.
        """
        ...


class NumberedBatches(Generic[Sample, Batch]):
    """Batches by number, without end; what a batch holds follows from the seed and its number alone.

    Args:
        dataset: makes samples.
        order: which samples a batch is of.
        collate: makes one batch of samples; workers import it, so it is a function of a module, or a partial one.
        name: tells what a sample is taken from.
        workers: processes that make batches; 0 for the calling one.

    Attributes:
        skipped: why samples were dropped in batches that were read, and how many for each cause.
    """

    def __init__(
        self,
        dataset: Samples[Sample],
        order: BatchOrder,
        collate: Callable[[Sequence[Sample]], Batch],
        name: Callable[[Sample], str],
        workers: int,
    ) -> None:
        self._maker, self._name, self._workers = _Maker(dataset, order, collate), name, workers
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[Batch]:
        """Yield batches ``first``, ``first + stride``, and so on.

        Raises:
            DataError: a large part of the samples cannot be made.
        """
        loader = DataLoader(
            self._maker,
            batch_size=None,
            sampler=count(first, stride),
            num_workers=self._workers,
            multiprocessing_context="forkserver" if self._workers else None,  # a fork with threads may hang
            collate_fn=_as_it_is,
            worker_init_fn=_alone,
        )
        for made in loader:
            if isinstance(made, DataError):
                raise made
            batch, skipped = made
            self.skipped.update(skipped)
            yield batch

    def names(self, number: int) -> list[str]:
        """Return what the samples of a batch are taken from."""
        return [self._name(sample) for sample in self._maker.samples(number)]


_Made = tuple[Batch, list[str]] | DataError
"""A batch and why samples were dropped; an error as a value, since torch's workers do not hand on its arguments."""


class _Maker(Dataset[_Made[Batch]], Generic[Sample, Batch]):
    def __init__(
        self, dataset: Samples[Sample], order: BatchOrder, collate: Callable[[Sequence[Sample]], Batch]
    ) -> None:
        self._dataset, self._order, self._collate = dataset, order, collate

    def __getitem__(self, number: int) -> _Made[Batch]:
        try:
            samples = self.samples(number)
        except DataError as error:
            return error
        return self._collate(samples), [cause for sample in samples for cause in sample.skipped]

    def samples(self, number: int) -> list[Sample]:
        return [self._dataset[sample] for sample in self._order.batch(number)]


def _as_it_is(made: Any) -> Any:
    return made


def _alone(_: int) -> None:
    """Keep a worker to one thread: workers are as many as there are processors to spare; end it with the training."""
    end_with_parent()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
