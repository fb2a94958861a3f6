"""What reading a damaged dataset may raise, and the one line that names the file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import cv2
import pyarrow as pa

from vln_pipeline.errors import DataError

_OF_A_FILE = (OSError, ValueError, pa.ArrowException, av.FFmpegError, cv2.error)
UNREADABLE = (
    *(DataError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError),
    *_OF_A_FILE,
)
"""What reading a damaged dataset may raise."""


def told(error: BaseException) -> str:
    """Return what could not be read and why, in one clause."""
    if isinstance(error, DataError):
        return str(error)
    cause = (getattr(error, "strerror", None) or str(error)).partition("\n")[0]
    return ": ".join((type(error).__name__, *getattr(error, "__notes__", ()), cause))


@contextmanager
def reading(root: Path, path: Path) -> Iterator[None]:
    """Note the name of a file, relative to its dataset's folder, on what the libraries raise when they read it."""
    try:
        yield
    except _OF_A_FILE as error:
        error.add_note(path.relative_to(root).as_posix())
        raise
