"""Batches of training samples by number, made by worker processes."""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.training.navdp_batch import NavdpBatch
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.dataset import NavdpDataset, Sample
from vln_pipeline.training.navdp_data.frame_reader import DecodedFrames, FrameReader
from vln_pipeline.training.navdp_data.packing import packed
from vln_pipeline.training.navdp_data.sample_order import SampleOrder
from vln_pipeline.training.navdp_data.walk_index import WalkIndex


def open_batches(
    index: WalkIndex,
    config: NavdpDataConfig,
    network: NavdpConfig,
    *,
    seed: int,
    batch_size: int,
    workers: int,
    cache: Path | None = None,
) -> "NavdpBatches":
    """Return the batches of an index.

    Frames are packed under ``cache`` first, unless the configuration says otherwise or there is no such folder; where
    several processes train, let one of them open the batches before the others, or each packs for itself.

    Args:
        index: walks, by ``read_index``.
        config: how samples are drawn.
        network: sizes of images, memory and prediction.
        seed: of the order and of all draws.
        batch_size: samples in a batch.
        workers: processes that make batches, and pack; 0 for the calling one.
        cache: folder of packed frames, which runs may share.
    """
    frames: FrameReader = DecodedFrames(index.walks, network.image_size)
    if cache is not None and config.packed:
        frames = packed(index, network.image_size, cache, workers)
    dataset = NavdpDataset(index, frames, config, network, seed)
    return NavdpBatches(dataset, SampleOrder(len(dataset), batch_size, seed), network, workers)


class NavdpBatches:
    """Batches by number, without end; what a batch holds follows from the seed and its number alone.

    Args:
        dataset: makes samples.
        order: which samples a batch is of.
        network: sizes of images.
        workers: processes that make batches; 0 for the calling one.

    Attributes:
        skipped: why draws were dropped in batches that were read, and how many for each cause.
    """

    def __init__(self, dataset: NavdpDataset, order: SampleOrder, network: NavdpConfig, workers: int) -> None:
        self._maker, self._workers = _BatchMaker(dataset, order, network), workers
        self.skipped: Counter[str] = Counter()

    def read(self, first: int, stride: int) -> Iterator[NavdpBatch]:
        """Yield batches ``first``, ``first + stride``, and so on.

        Raises:
            DataError: a large part of the images cannot be read.
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
        """Return the walks that the samples of a batch are drawn from."""
        return self._maker.names(number)


_Made = tuple[NavdpBatch, list[str]] | DataError
"""A batch and why draws were dropped; an error as a value, since torch's workers do not hand on its arguments."""


class _BatchMaker(Dataset[_Made]):
    def __init__(self, dataset: NavdpDataset, order: SampleOrder, network: NavdpConfig) -> None:
        self._dataset, self._order, self._network = dataset, order, network

    def __getitem__(self, number: int) -> _Made:
        try:
            samples = [self._dataset[sample] for sample in self._order.batch(number)]
        except DataError as error:
            return error
        return collate(samples, self._network), [cause for sample in samples for cause in sample.skipped]

    def names(self, number: int) -> list[str]:
        return [self._dataset.walk_name(self._dataset[sample]) for sample in self._order.batch(number)]


def collate(samples: Sequence[Sample], network: NavdpConfig) -> NavdpBatch:
    """Return samples as one batch.

    Goals that samples do not carry are zeros that take no memory.

    Args:
        samples: of one configuration.
        network: sizes of images.
    """

    def goal(images: Sequence[NDArray[np.uint8] | None], channels: int) -> Tensor:
        present = [image for image in images if image is not None]
        if present:
            return torch.from_numpy(np.stack(present))
        size = network.image_size
        return torch.zeros((), dtype=torch.uint8).expand(len(images), size, size, channels)

    def numbers(rows: Sequence[NDArray[np.float64] | float]) -> Tensor:
        return torch.from_numpy(np.asarray(rows, dtype=np.float32))

    futures = [sample.future for sample in samples]
    return NavdpBatch(
        rgb=torch.from_numpy(np.stack([sample.rgb for sample in samples])),
        depth=torch.from_numpy(np.stack([sample.depth for sample in samples])),
        point_goal=numbers([sample.point_goal for sample in samples]),
        image_goal=goal([sample.image_goal for sample in samples], 6),
        pixel_goal=goal([sample.pixel_goal for sample in samples], network.pixel_channels),
        label=numbers([future.label for future in futures]),
        augmented=numbers([future.augmented for future in futures]),
        critic=numbers([future.critic for future in futures]),
        augmented_critic=numbers([future.augmented_critic for future in futures]),
    )


def _as_it_is(made: Any) -> Any:
    return made


def _alone(_: int) -> None:
    """Keep a worker to one thread: workers are as many as there are processors to spare."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
