"""What a file is recognised by: its size and a checksum of its bytes."""

import errno
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import xxhash

_BLOCK = 1 << 20


@dataclass(frozen=True)
class FileMark:
    """What a file is recognised by.

    Attributes:
        size: bytes.
        hash: XXH3, 128 bits, of its content, in hexadecimal digits.
    """

    size: int
    hash: str


def mark_file(path: str | Path, *, synced: bool = False) -> FileMark:
    """Return size and checksum of a file, read block by block.

    Args:
        path: of the file.
        synced: whether to return only when the file is on the disk.

    Raises:
        OSError: it cannot be read, or no file lies there; a named pipe, for instance, is not waited for.
    """
    state, size = xxhash.xxh3_128(), 0
    # Of thousands of small files, objects and large buffers take longest.
    file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        told = os.fstat(file)
        if not stat.S_ISREG(told.st_mode):
            raise OSError(errno.EINVAL, "no file lies there", str(path))
        while block := os.read(file, min(max(told.st_size - size, 0) + 1, _BLOCK)):
            state.update(block)
            size += len(block)
        if synced:
            os.fsync(file)
    finally:
        os.close(file)
    return FileMark(size, state.hexdigest())


def kind_of(mode: int) -> str:
    """Return what lies under a name, in a word, by its mode."""
    if stat.S_ISREG(mode):
        return "file"
    return {stat.S_IFLNK: "link", stat.S_IFDIR: "folder", stat.S_IFIFO: "named pipe"}.get(stat.S_IFMT(mode), "device")
