"""What a task prints, in a file of its own."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_STREAMS = (1, 2)


@contextmanager
def output_kept(file: Path) -> Iterator[None]:
    """Append to a file what this process and the programs that it starts print; it stays where they print something.

    The streams are those of the kernel, as renderers do not print by way of Python.

    Args:
        file: its folder is made where it is missing.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    _flush()
    before = [os.dup(stream) for stream in _STREAMS]
    try:
        with file.open("ab") as kept:
            for stream in _STREAMS:
                os.dup2(kept.fileno(), stream)
        yield
    finally:
        _flush()
        for stream, own in zip(_STREAMS, before, strict=True):
            os.dup2(own, stream)
            os.close(own)
        if not file.stat().st_size:
            file.unlink()


def _flush() -> None:
    sys.stdout.flush()
    sys.stderr.flush()
