"""What one training step on latent plans is given."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vln_pipeline.models.system2.processing import Encoded
from vln_pipeline.models.trained_cameras import TrainedCameras
from vln_pipeline.training.loop import Batches, SkippingBatches
from vln_pipeline.training.system2_batch import System2Sample


@dataclass(frozen=True)
class JointSample(System2Sample):
    """A conversation that ends with a pixel goal, and K frames on the way there; the first is where the goal was given.

    Attributes:
        images: (K, S, S, 3) uint8 sRGB of the look-down camera.
        depths: (K, S, S) float32 metres, see ``squashed_depth``.
        actions: (K, T, 3) float32, see ``path_target``.
    """

    images: NDArray[np.uint8]
    depths: NDArray[np.float32]
    actions: NDArray[np.float32]


@dataclass(frozen=True)
class JointBatch:
    """B conversations, and the N frames of all of them one after the other; none is there for filling up.

    Attributes:
        conversations: B of them.
        plans: (N,) int64 number of the conversation that each frame belongs to.
        origins: (N,) int64 number of the frame in which that conversation's goal was given.
        images: (N, S, S, 3) uint8.
        depths: (N, S, S) float32.
        actions: (N, T, 3) float32.
    """

    conversations: tuple[Encoded, ...]
    plans: Tensor
    origins: Tensor
    images: Tensor
    depths: Tensor
    actions: Tensor


@dataclass(frozen=True)
class JointData:
    """What one training learns from and is validated on.

    Attributes:
        batches: what is learned from.
        validation: of other scenes.
        report: lines that tell what was read, what was skipped and why, which scenes were held out.
        cameras: through which System 1 sees what is learned from.
    """

    batches: SkippingBatches[JointBatch]
    validation: Batches[JointBatch]
    report: list[str]
    cameras: TrainedCameras


def collate(samples: Sequence[JointSample]) -> JointBatch:
    """Return samples, of as many frames as each of them has, as one batch."""
    counts = torch.tensor([len(sample.actions) for sample in samples])
    return JointBatch(
        conversations=tuple(sample.encoded for sample in samples),
        plans=torch.arange(len(samples)).repeat_interleave(counts),
        origins=(counts.cumsum(0) - counts).repeat_interleave(counts),
        images=torch.from_numpy(np.concatenate([sample.images for sample in samples])),
        depths=torch.from_numpy(np.concatenate([sample.depths for sample in samples])),
        actions=torch.from_numpy(np.concatenate([sample.actions for sample in samples])),
    )
