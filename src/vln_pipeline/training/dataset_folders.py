"""Which datasets lie under some folders."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.export.writer import INFO

_DEPTH = 6


def dataset_folders(roots: Sequence[Path], mend: str) -> list[Path]:
    """Return the datasets at or under folders, each once, in order of their names.

    Where the same walks lie there in both LeRobot versions, v2.1 with its loose images counts.

    Args:
        roots: datasets, or folders of them at any depth up to six, links followed.
        mend: what the user can do where there is none.

    Raises:
        DataError: under a root there is no dataset.
    """
    found: list[Path] = []
    for root in map(Path, roots):
        datasets = list(_under(root, _DEPTH))
        if not datasets:
            raise DataError(str(root), "there is no dataset at or under it", mend)
        found += datasets
    distinct = list({folder.resolve(): folder for folder in found})
    twins = {folder.parent for folder in distinct if folder.name == "v2.1"}
    return [folder for folder in distinct if folder.name != "v3.0" or folder.parent not in twins]


def _under(folder: Path, depth: int) -> Iterator[Path]:
    if (folder / INFO).is_file() or ((folder / "data").is_dir() and (folder / "videos").is_dir()):
        yield folder
    elif depth and folder.is_dir():
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.is_dir():
                yield from _under(Path(entry.path), depth - 1)
