"""Columns of a table whose cells are arrays of different length, without a Python object per number."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


def list_column(cells: Sequence[NDArray | None], kind: pa.ListType) -> pa.Array:
    """Return one cell per array.

    Args:
        cells: (N_i,) or (N_i, width) arrays; None is an empty place.
        kind: a list of numbers, or a list of lists of ``width`` numbers.
    """
    present = [np.empty(0) if cell is None else cell for cell in cells]
    items = kind.value_type
    rows = isinstance(items, pa.FixedSizeListType)
    number = (items.value_type if rows else items).to_pandas_dtype()
    flat = pa.array(np.concatenate([np.asarray(cell, dtype=number).ravel() for cell in [*present, np.empty(0)]]))
    values = pa.FixedSizeListArray.from_arrays(flat, items.list_size) if rows else flat
    offsets = np.cumsum([0, *map(len, present)], dtype=np.int32)
    missing = pa.array([cell is None for cell in cells], pa.bool_())
    return pa.ListArray.from_arrays(pa.array(offsets), values, type=kind, mask=missing)


def cells(column: pa.ChunkedArray) -> list[NDArray | None]:
    """Return what ``list_column`` was made from: arrays of (N_i,) or (N_i, width), writable; None for an empty place.

    Raises:
        ValueError: a number or a row is missing inside a cell.
    """
    found: list[NDArray | None] = []
    for chunk in column.chunks:
        values = chunk.values
        width: tuple[int, ...] = ()
        missing = values.null_count
        if isinstance(values, pa.FixedSizeListArray):
            width, values = (values.type.list_size,), values.flatten()
            missing += values.null_count
        if missing:
            raise ValueError("a number or a row is missing")
        numbers = values.to_numpy().reshape(-1, *width)
        starts = chunk.offsets.to_numpy()
        held = chunk.is_valid().to_numpy(zero_copy_only=False)
        found += [numbers[a:b].copy() if there else None for a, b, there in zip(starts, starts[1:], held, strict=False)]
    return found


def full_cells(column: pa.ChunkedArray) -> list[NDArray]:
    """Return ``cells`` of a column that has no empty place.

    Raises:
        ValueError: a cell, or a number inside one, is missing.
    """
    found = [cell for cell in cells(column) if cell is not None]
    if len(found) < len(column):
        raise ValueError("a cell is missing")
    return found
