"""Folders that are there whole and verified, or not at all."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vln_pipeline.durable import PART, Seal, rename, require_sound, seal
from vln_pipeline.errors import DataError
from vln_pipeline.folder_home import home_of, stranger


def write_sealed(final: Path, fill: Callable[[Path], None], told: dict[str, Any] | None = None) -> None:
    """Have a folder filled under another name, sync and seal it, read it back, and give it its name.

    Killed at any moment, or with a disk that does not keep what it is given, nothing has the name but the whole.

    Args:
        final: the folder; what is there is replaced.
        fill: writes its files into a folder that it may have to make.
        told: what the seal tells besides.

    Raises:
        DataError: what was written reads back as something else.
        OSError: the disk is full, for instance.
    """
    part = final.with_name(f"{PART}{final.name}")
    shutil.rmtree(part, ignore_errors=True)
    fill(part)
    seal(part, {**(told or {}), **home_of(final)})
    _forget(part)
    try:
        require_sound(part, contents=True)
    except DataError as error:
        cause = f"reads back as something else than was just written ({error.subject}: {error.cause})"
        raise DataError(str(part), cause, "check the disk and the memory of this machine") from error
    shutil.rmtree(final, ignore_errors=True)
    rename(part, final)


def require_own(folder: Path, *, contents: bool) -> Seal:
    """Return the seal of a folder that is what ``write_sealed`` wrote under this name.

    Args:
        folder: the folder.
        contents: whether every byte is read and compared; sizes always are.

    Raises:
        DataError: it was damaged, or another folder was put in its place.
    """
    made = require_sound(folder, contents=contents)
    if other := stranger(folder, made.told):
        raise DataError(str(folder), f"holds another folder ({other})")
    return made


def _forget(folder: Path) -> None:
    """Let the next reader get what is on the disk, not what is still in memory."""
    for path in folder.rglob("*"):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(descriptor)
