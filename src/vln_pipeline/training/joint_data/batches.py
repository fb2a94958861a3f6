"""Batches of training samples by number, made by worker processes."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from vln_pipeline.errors import DataError
from vln_pipeline.training.joint_batch import JointBatch, JointSample, collate
from vln_pipeline.training.joint_data.dataset import JointDataset
from vln_pipeline.training.navdp_data.sample_order import SampleOrder


class DatasetBatches:
    """Batches by number, without end; what a batch holds follows from the seed and its number alone.

    Args:
        dataset: makes samples.
        order: which samples a batch is of.
        workers: processes that make batches; 0 for the calling one.

    Attributes:
        skipped: why samples were left out of batches that were read, and how many for each cause.
    """

    def __init__(self, dataset: JointDataset, order: SampleOrder, workers: int) -> None:
        self._maker, self._workers = _BatchMaker(dataset, order), workers
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[JointBatch]:
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
        """Return the episodes and frames that the samples of a batch are taken from."""
        return self._maker.names(number)


_Made = tuple[JointBatch, list[str]] | DataError
"""A batch and why samples were left out; an error as a value, since torch's workers do not hand on its arguments."""


class _BatchMaker(Dataset[_Made]):
    def __init__(self, dataset: JointDataset, order: SampleOrder) -> None:
        self._dataset, self._order = dataset, order

    def __getitem__(self, number: int) -> _Made:
        try:
            drawn = [self._dataset[sample] for sample in self._order.batch(number)]
        except DataError as error:
            return error
        samples = [one.sample for one in drawn if isinstance(one.sample, JointSample)]
        return collate(samples), [cause for one in drawn for cause in one.skipped]

    def names(self, number: int) -> list[str]:
        return [self._dataset[sample].sample.name for sample in self._order.batch(number)]


def _as_it_is(made: Any) -> Any:
    return made


def _alone(_: int) -> None:
    """Keep a worker to one thread: workers are as many as there are processors to spare."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
