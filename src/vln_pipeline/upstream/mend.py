"""Replaces a metadata file, whole or not at all, and keeps the original."""

import os
import shutil
import tempfile
from pathlib import Path

from vln_pipeline.upstream.finding import Rewrite


def mend(rewrite: Rewrite) -> Path:
    """Put the new content in place and return where the original is: beside it, ``<name>.orig``.

    An original that is there already, of an earlier mend, is kept.

    Raises:
        OSError: the folder cannot be written; the file is then as it was.
    """
    path = rewrite.path
    original = path.with_name(f"{path.name}.orig")
    if not original.exists():
        _replace(original, path.read_bytes(), path)
    _replace(path, rewrite.text.encode(), path)
    return original


def _replace(path: Path, content: bytes, like: Path) -> None:
    # In a hub's cache the file is a link to a blob that others share: replacing the name leaves the blob alone.
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(like, name)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
