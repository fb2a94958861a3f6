"""Batches of training samples by number, made by worker processes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from vln_pipeline.errors import DataError
from vln_pipeline.models.system2.processing import Encoded
from vln_pipeline.training.navdp_data.sample_order import SampleOrder
from vln_pipeline.training.system2_batch import System2Batch, padded
from vln_pipeline.training.system2_data.config import System2DataConfig
from vln_pipeline.training.system2_data.dataset import Drawn, System2Dataset
from vln_pipeline.training.system2_data.packing import packed


class System2Batches:
    """Batches by number, without end; what a batch holds follows from the seed and its number alone.

    Args:
        dataset: makes samples.
        order: which samples a batch is of.
        config: how conversations share rows.
        pad_token: fills the ends of rows.
        workers: processes that make batches; 0 for the calling one.

    Attributes:
        skipped: why samples were dropped in batches that were read, and how many for each cause.
    """

    def __init__(
        self, dataset: System2Dataset, order: SampleOrder, config: System2DataConfig, pad_token: int, workers: int
    ) -> None:
        self._maker, self._workers = _BatchMaker(dataset, order, config, pad_token), workers
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[System2Batch]:
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
        """Return the walks and frames that the samples of a batch are of."""
        return [drawn.sample.name for drawn in self._maker.drawn(number)]


_Made = tuple[System2Batch, list[str]] | DataError
"""A batch and why samples were dropped; an error as a value, since torch's workers do not hand on its arguments."""


class _BatchMaker(Dataset[_Made]):
    def __init__(self, dataset: System2Dataset, order: SampleOrder, config: System2DataConfig, pad_token: int) -> None:
        self._dataset, self._order, self._config, self._pad_token = dataset, order, config, pad_token

    def __getitem__(self, number: int) -> _Made:
        try:
            made = self.drawn(number)
        except DataError as error:
            return error
        batch = collate([drawn.sample.encoded for drawn in made], self._config, self._pad_token)
        return batch, [cause for drawn in made for cause in drawn.skipped]

    def drawn(self, number: int) -> list[Drawn]:
        return [self._dataset[sample] for sample in self._order.batch(number)]


def collate(conversations: Sequence[Encoded], config: System2DataConfig, pad_token: int) -> System2Batch:
    """Return conversations as one batch, in rows as the configuration has it."""
    return packed(conversations) if config.packed else padded(conversations, pad_token)


def _as_it_is(made: Any) -> Any:
    return made


def _alone(_: int) -> None:
    """Keep a worker to one thread: workers are as many as there are processors to spare."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
