"""What one training step of StreamVLN is given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import pad

from vln_pipeline.models.streamvln.processing import Encoded
from vln_pipeline.models.system2.processing import IGNORE
from vln_pipeline.training.loop import Batches, SkippingBatches


@dataclass(frozen=True)
class StreamVlnBatch:
    """Conversations in rows: B rows of L tokens, padded on the right.

    Attributes:
        input_ids: (B, L) int64; padding may hold any word.
        labels: (B, L) int64; ``IGNORE`` where nothing is learned.
        images: (N, 3, S, S) uint8 of all rows, in order.
        kept: (N, T) bool tokens of them that stand among the words.
    """

    input_ids: Tensor
    labels: Tensor
    images: Tensor
    kept: Tensor

    def to(self, device: torch.device) -> "StreamVlnBatch":
        """Return the batch on a device."""
        return replace(self, **{name: getattr(self, name).to(device, non_blocking=True) for name in vars(self)})


def padded(conversations: Sequence[Encoded], pad_token: int) -> StreamVlnBatch:
    """Return conversations as one batch.

    Args:
        conversations: B of them.
        pad_token: fills the rows.
    """
    length = max(len(one.input_ids) for one in conversations)
    fillings = {"input_ids": pad_token, "labels": IGNORE}
    rows = {
        name: torch.stack([pad(getattr(o, name), (0, length - len(o.input_ids)), value=value) for o in conversations])
        for name, value in fillings.items()
    }
    images, kept = (torch.cat([getattr(one, name) for one in conversations]) for name in ("images", "kept"))
    return StreamVlnBatch(**rows, images=images, kept=kept)


@dataclass(frozen=True)
class StreamVlnData:
    """What one training of StreamVLN learns from and is validated on.

    Attributes:
        batches: what is learned from.
        validation: walks of other scenes.
        report: lines that tell what was read, what was skipped and why, which scenes were held out.
    """

    batches: SkippingBatches[StreamVlnBatch]
    validation: Batches[StreamVlnBatch]
    report: Sequence[str]
