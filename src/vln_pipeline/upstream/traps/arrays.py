"""Images stored as one array an episode: truncated, of another length than the rows, or depth in another unit."""

from collections.abc import Iterator
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.regular_file import regular
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed

_METRES = 20.0
"""Depth in metres is not larger than this indoors."""
_FRAMES = 8


def arrays(dataset: UpstreamDataset, key: str, own: str) -> Iterator[Finding]:
    """Arrays that are missing, broken, or have another number of frames than rows.

    Args:
        dataset: to look at.
        key: folder of the arrays.
        own: name of the array in a folder of one trajectory.
    """
    wrong = {}
    for episode, rows in dataset.rows.items():
        path = _path(dataset, key, own, episode)
        array = _opened(path) if path else None
        name = f"episode {episode}"
        if path is None:
            wrong[name] = "no array"
        elif array is None:
            wrong[name] = f"{path.name} is truncated, or no array of numbers"
        elif array.ndim not in (3, 4) or len(array) != rows:
            wrong[name] = f"shape {array.shape}, {rows} rows"
    if wrong:
        found = f"arrays of images are not those of the rows {listed(wrong, len(dataset.rows))}"
        yield Finding(f"videos/chunk-*/{key}", found, "frames and poses do not belong together", "download them again")


def normalised_depth(dataset: UpstreamDataset, key: str, own: str) -> Iterator[Finding]:
    """Depth that is not a share of 10 m, from 0 to 1.

    Args:
        dataset: to look at.
        key: folder of the arrays.
        own: name of the array in a folder of one trajectory.
    """
    wrong = {}
    for episode in dataset.rows:
        path = _path(dataset, key, own, episode)
        array = _opened(path) if path else None
        if array is None or not len(array):
            continue
        sample = np.asarray(array[np.unique(np.linspace(0, len(array) - 1, _FRAMES).astype(int))])
        name = f"episode {episode}"
        if not np.isfinite(sample).all():
            wrong[name] = "values that are not finite"
        elif sample.max() > 1 or sample.min() < 0:
            unit = "metres" if sample.max() <= _METRES else "millimetres or finer"
            wrong[name] = f"{sample.min():g} to {sample.max():g}, as if in {unit}"
        elif not np.issubdtype(array.dtype, np.floating):
            wrong[name] = f"values of {array.dtype}"
    if wrong:
        found = f"depth is not from 0 to 1 over 10 m {listed(wrong, len(dataset.rows))}"
        means = "loaders of this dialect multiply it by 10 m"
        yield Finding(f"videos/chunk-*/{key}", found, means, "arrays are not rewritten; scale them when reading")


def _path(dataset: UpstreamDataset, key: str, own: str, episode: int) -> Path | None:
    """Return an episode's array: by number in the folder of a scene, by its own name in that of a trajectory."""
    found = sorted(dataset.root.glob(f"videos/chunk-*/{key}/episode_{episode:06d}.npy"))
    if not found and len(dataset.files) == 1:
        found = sorted(dataset.root.glob(f"videos/chunk-*/{key}/{own}"))
    return found[0] if found else None


def _opened(path: Path) -> NDArray[Any] | None:
    """Return an array of numbers that stays on disk, or None where the file is broken or has a pickle."""
    try:
        array = np.load(regular(path), mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError, OverflowError, SyntaxError, TokenError, DataError):
        return None
    return array if isinstance(array, np.ndarray) and np.issubdtype(array.dtype, np.number) else None
