"""Several conversations in one row."""

from collections.abc import Sequence

import torch

from vln_pipeline.models.system2.processing import IGNORE, Encoded
from vln_pipeline.training.system2_batch import System2Batch


def packed(conversations: Sequence[Encoded], pad_token: int, row_tokens: int | None) -> System2Batch:
    """Return conversations as one batch, one after the other in as few rows as they fit in.

    Args:
        conversations: of one batch.
        pad_token: fills the ends of rows.
        row_tokens: of a row at most; a longer conversation has a row of its own. None for the longest conversation's.
    """
    lengths = [len(one.input_ids) for one in conversations]
    rows = [[conversations[number] for number in row] for row in fill_rows(lengths, row_tokens or max(lengths))]
    length = max(sum(len(one.input_ids) for one in row) for row in rows)
    inputs, labels, positions = [], [], []
    for row in rows:
        rest = length - sum(len(one.input_ids) for one in row)
        places = [torch.arange(len(one.input_ids)) for one in row]
        places[-1] = torch.arange(len(row[-1].input_ids) + rest)
        inputs.append(torch.cat([*(one.input_ids for one in row), torch.full((rest,), pad_token)]))
        labels.append(torch.cat([*(one.labels for one in row), torch.full((rest,), IGNORE)]))
        rope = torch.cat([*(one.positions for one in row), torch.zeros(3, rest, dtype=torch.int64)], dim=1)
        positions.append(torch.cat([torch.cat(places)[None], rope]))
    return System2Batch(
        input_ids=torch.stack(inputs),
        labels=torch.stack(labels),
        positions=torch.stack(positions, dim=1),
        pixel_values=torch.cat([one.pixel_values for row in rows for one in row]),
        image_grid=torch.cat([one.image_grid for row in rows for one in row]),
    )


def fill_rows(lengths: Sequence[int], limit: int) -> list[list[int]]:
    """Return which conversations share a row: each, the longest first, goes to the first row that has room for it.

    First-fit decreasing needs at most 11/9 of the fewest rows possible, and 6/9 of a row (Johnson 1973).

    Args:
        lengths: tokens of each conversation.
        limit: tokens of a row at most.
    """
    rows: list[list[int]] = []
    left: list[int] = []
    for number in sorted(range(len(lengths)), key=lambda number: -lengths[number]):
        fitting = (place for place, room in enumerate(left) if room >= lengths[number])
        place = next(fitting, len(rows))
        if place == len(rows):
            rows.append([])
            left.append(limit)
        rows[place].append(number)
        left[place] -= lengths[number]
    return rows
