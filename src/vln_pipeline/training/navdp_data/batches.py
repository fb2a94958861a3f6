"""Batches of training samples by number, made by worker processes."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.models.navdp.config import NavdpConfig
from vln_pipeline.training.loop import SkippingBatches
from vln_pipeline.training.navdp_batch import NavdpBatch
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.dataset import NavdpDataset, Sample
from vln_pipeline.training.navdp_data.frame_reader import DecodedFrames, FrameReader
from vln_pipeline.training.navdp_data.packing import packed
from vln_pipeline.training.navdp_data.walk_index import WalkIndex
from vln_pipeline.training.numbered_batches import NumberedBatches
from vln_pipeline.training.sample_order import SampleOrder


def open_batches(
    index: WalkIndex,
    config: NavdpDataConfig,
    network: NavdpConfig,
    *,
    seed: int,
    batch_size: int,
    workers: int,
    cache: Path | None = None,
    verify: bool = True,
) -> SkippingBatches[NavdpBatch]:
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
        verify: whether packs that are there are checked byte by byte; one process of several does.
    """
    frames: FrameReader = DecodedFrames(index.walks, network.image_size)
    if cache is not None and config.packed:
        frames = packed(index, network.image_size, cache, workers, verify=verify)
    dataset = NavdpDataset(index, frames, config, network, seed)
    order = SampleOrder(len(dataset), batch_size, seed)
    return NumberedBatches(dataset, order, partial(collate, network=network), dataset.walk_name, workers)


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
