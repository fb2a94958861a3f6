"""What one training step of a single system is given: whole walks."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from vln_pipeline.models.single_system.words import PADDING
from vln_pipeline.training.loop import Batches, SkippingBatches


@dataclass(frozen=True)
class SequenceSample:
    """One walk of T steps in one wording.

    Attributes:
        name: where it is from.
        numbers: the words.
        rgb: (T, S, S, 3) uint8 sRGB.
        depth: (T, D, D) float32 in [0, 1], see ``DepthConfig.reach``.
        actions: (T,) int64 what was done at each step.
        expert_actions: (T,) int64 what is to be learned at each step, see ``SequenceWalk``.
        progress: (T,) float32 share of the way that is behind.
        poses: (T, 3) float64 x, y, metres, and yaw, radians, as seen from where the walk began.
    """

    name: str
    numbers: tuple[int, ...]
    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    actions: NDArray[np.int64]
    expert_actions: NDArray[np.int64]
    progress: NDArray[np.float32]
    poses: NDArray[np.float64]


@dataclass(frozen=True)
class SequenceBatch:
    """B walks, their N steps one after the other; none is there for filling up.

    Attributes:
        lengths: steps of each walk.
        tokens: (B, L) int64 words, ``PADDING`` behind the end of each.
        rgb: (N, S, S, 3) uint8.
        depth: (N, D, D) float32.
        actions: (N,) int64 what was done.
        expert_actions: (N,) int64 what is to be learned.
        previous: (N,) int64 one more than the action before each step; 0 at the start of a walk.
        progress: (N,) float32.
        poses: (N, 3) float64.
    """

    lengths: tuple[int, ...]
    tokens: Tensor
    rgb: Tensor
    depth: Tensor
    actions: Tensor
    expert_actions: Tensor
    previous: Tensor
    progress: Tensor
    poses: Tensor

    def to(self, device: torch.device) -> "SequenceBatch":
        """Return the batch on a device."""
        tensors = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "lengths"}
        return replace(self, **{name: value.to(device, non_blocking=True) for name, value in tensors.items()})


@dataclass(frozen=True)
class SequenceData:
    """What one training learns from, is validated on and judged by.

    Attributes:
        batches: what is learned from.
        validation: of other scenes.
        questions: samples of the validation.
        report: lines that tell what was read, what was skipped and why, which scenes were held out.
    """

    batches: SkippingBatches[SequenceBatch]
    validation: Batches[SequenceBatch]
    questions: Sequence[SequenceSample]
    report: list[str]


def collate(samples: Sequence[SequenceSample]) -> SequenceBatch:
    """Return walks as one batch."""
    before = [np.r_[0, sample.actions[:-1] + 1] for sample in samples]
    words = [torch.tensor(sample.numbers) for sample in samples]

    def joined(name: str) -> Tensor:
        return torch.from_numpy(np.concatenate([getattr(sample, name) for sample in samples]))

    return SequenceBatch(
        lengths=tuple(len(sample.actions) for sample in samples),
        tokens=pad_sequence(words, batch_first=True, padding_value=PADDING),
        previous=torch.from_numpy(np.concatenate(before)),
        **{name: joined(name) for name in ("rgb", "depth", "actions", "expert_actions", "progress", "poses")},
    )
