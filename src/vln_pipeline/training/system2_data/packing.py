"""Several conversations in one row."""

from collections.abc import Sequence

import torch

from vln_pipeline.models.system2.processing import Encoded
from vln_pipeline.training.system2_batch import System2Batch


def packed(conversations: Sequence[Encoded]) -> System2Batch:
    """Return conversations as one batch of a single row, one after the other: nothing is padded.

    Args:
        conversations: of one batch.
    """
    places = torch.cat([torch.arange(len(one.input_ids)) for one in conversations])
    rope = torch.cat([one.positions for one in conversations], dim=1)
    return System2Batch(
        input_ids=torch.cat([one.input_ids for one in conversations])[None],
        labels=torch.cat([one.labels for one in conversations])[None],
        positions=torch.cat([places[None], rope])[:, None],
        pixel_values=torch.cat([one.pixel_values for one in conversations]),
        image_grid=torch.cat([one.image_grid for one in conversations]),
    )
