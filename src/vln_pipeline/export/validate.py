"""Checks an exported dataset from its files alone."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.unreadable import UNREADABLE, told
from vln_pipeline.export.validation import dialects, frames, layout, rows, statistics

_CHECKS: tuple[tuple[str, Callable[[ExportedDataset], Iterator[str]]], ...] = (
    ("layout", layout.problems),
    ("rows", rows.problems),
    ("frames", frames.problems),
    ("statistics", statistics.problems),
    ("dialect", dialects.problems),
)
_WITHOUT_IMAGES = tuple(
    (name, partial(rows.problems, images=False) if name == "rows" else check)
    for name, check in _CHECKS
    if name != "frames"
)


def validate(root: Path, *, images: bool = True) -> list[str]:
    """Return what is wrong with a dataset, one clear line each; an empty list when nothing is.

    Args:
        root: folder of one dataset.
        images: whether images and videos are looked at, which takes most of the time.
    """
    try:
        dataset = ExportedDataset(root)
    except DataError as error:
        return [f"layout: {error}"]
    found = []
    for name, problems in _CHECKS if images else _WITHOUT_IMAGES:
        try:
            found += [f"{name}: {problem}" for problem in problems(dataset)]
        except UNREADABLE as error:
            found.append(f"{name}: cannot be read ({told(error)})")
    return found
