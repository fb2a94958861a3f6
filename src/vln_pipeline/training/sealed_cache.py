"""Folders of a cache that runs share: verified when they are opened, and made once, by one process at a time."""

import logging
from collections.abc import Callable
from pathlib import Path

from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import sole_writer
from vln_pipeline.training.sealed_folder import require_own, write_sealed

logger = logging.getLogger(__name__)


def is_usable(folder: Path, *, contents: bool) -> bool:
    """Tell whether a folder is there and is what was written; of a damaged one it is told what differs.

    Args:
        folder: of the cache.
        contents: whether every byte is read and compared; sizes always are.
    """
    fault = _fault(folder, contents=contents)
    if fault:
        logger.warning("%s; it is made again", fault)
    return fault is None


def make(folder: Path, fill: Callable[[Path], None]) -> None:
    """Make a folder that is missing or damaged, unless another process did so meanwhile.

    Args:
        folder: of the cache.
        fill: writes its files into a folder that it has to make.

    Raises:
        DataError: what was written reads back as something else.
        OSError: the disk is full, for instance.
    """
    with sole_writer(folder.with_name(f".lock-{folder.name}"), str(folder)):
        if _fault(folder, contents=True) is not None:
            write_sealed(folder, fill)


def _fault(folder: Path, *, contents: bool) -> str | None:
    """Return what is wrong with a folder, "" where it is only missing; None where it is sound."""
    if not folder.is_dir():
        return ""
    try:
        require_own(folder, contents=contents)
    except DataError as error:
        return f"{error.subject}: {error.cause}"
    return None
