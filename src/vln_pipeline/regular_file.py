"""Files that others wrote are opened only where they are regular files of bounded size.

A folder that was downloaded or unpacked may hold anything under a file's name: a pipe that is never written to, or a
link to a device without end. Opening one blocks for ever or fills the memory.
"""

import stat
from pathlib import Path

from vln_pipeline.errors import DataError

_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def regular(path: Path, most: int | None = None) -> Path:
    """Return the path of a regular file, links followed, to be opened at once.

    A folder is let through: opening it fails by itself.

    Args:
        path: the file.
        most: bytes of the largest one that is taken; None for any.

    Raises:
        DataError: it is a pipe, a socket or a device, or larger.
        OSError: it is missing.
    """
    told = path.stat()
    kind = _KINDS.get(stat.S_IFMT(told.st_mode))
    if kind is not None:
        raise DataError(path.name, f"is {kind}, not a file", "put the file itself there")
    if most is not None and told.st_size > most:
        raise DataError(path.name, f"{told.st_size} bytes, more than {most}", "download it again")
    return path
