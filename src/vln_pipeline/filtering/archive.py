"""How a selection lies on disk: frames, clips and walks, one parquet table each, with the columns of Selection."""

from pathlib import Path

import pandas as pd

from vln_pipeline.errors import DataError
from vln_pipeline.filtering.selection import Selection

_TABLES = ("frames", "clips", "walks")


def write(selection: Selection, directory: Path) -> None:
    """Write into an item's folder."""
    for name in _TABLES:
        getattr(selection, name).to_parquet(directory / f"{name}.parquet", index=False)


def read(directory: Path) -> Selection:
    """Read what ``write`` wrote.

    Raises:
        DataError: a table is missing or unreadable.
    """
    try:
        return Selection(**{name: pd.read_parquet(directory / f"{name}.parquet") for name in _TABLES})
    except (OSError, ValueError) as error:
        raise DataError(
            str(directory), f"no readable selection ({type(error).__name__})", "filter this item again"
        ) from error
