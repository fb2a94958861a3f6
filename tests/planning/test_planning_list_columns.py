import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vln_pipeline.planning.list_columns import cells, full_cells, list_column

POINTS = pa.list_(pa.list_(pa.float64(), 3))
NUMBERS = pa.list_(pa.int8())


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (POINTS, [np.arange(6.0).reshape(2, 3), np.empty((0, 3)), np.arange(3.0).reshape(1, 3)]),
        (POINTS, [None, np.arange(6.0).reshape(2, 3), None]),
        (NUMBERS, [np.array([1, -2], np.int8), np.array([], np.int8)]),
        (NUMBERS, []),
    ],
)
def test_arrays_are_written_as_lists_would_be_and_come_back(tmp_path, kind, given):
    """A thousand walks took twice as long to write as to plan, since every number became a Python object.

    The column that is made without them is the same, cell by cell.
    """
    column = list_column(given, kind)
    assert column.equals(pa.array([None if cell is None else cell.tolist() for cell in given], kind))
    pq.write_table(pa.table({"cells": column}), tmp_path / "table.parquet")
    for here, there in zip(cells(pq.read_table(tmp_path / "table.parquet")["cells"]), given, strict=True):
        assert (here is None) == (there is None)
        np.testing.assert_array_equal(here, there)


@pytest.mark.parametrize(
    ("kind", "broken"),
    [
        (NUMBERS, [[1, None]]),
        (NUMBERS, [None, [1]]),
        (POINTS, [[[1, 2, None]]]),
        (POINTS, [[None, [1, 2, 3]], [[4, 5, 6]]]),
    ],
)
def test_a_missing_number_is_not_read_as_one(kind, broken):
    with pytest.raises(ValueError, match="missing"):
        full_cells(pa.chunked_array([pa.array(broken, kind)]))
