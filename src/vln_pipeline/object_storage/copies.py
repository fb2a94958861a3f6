"""Copies of finished items on a machine: of limited size, those used least recently go first.

::

    <VLN_COPIES>/
      .holders/guard.lock            held while something is dropped or taken into use
      .holders/<process>.lock        held as long as a process lives
      .holders/<process>.held        folders that it uses, one per line
      s3/<bucket>/<folders>/items/<fingerprint>/
"""

import logging
import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout

from vln_pipeline.durable import PART, read_seal
from vln_pipeline.errors import DataError

logger = logging.getLogger(__name__)

_ITEMS, _HOLDERS = "items", ".holders"
_NO_ITEMS = frozenset({"cache", "runs", "logs", ".locks", _HOLDERS})


class Copies:
    """What a process uses of the copies of its machine; shared with all other processes there.

    Args:
        root: folder of all copies.
        limit: bytes that they may take; what is in use at once may be more, which is told.
    """

    def __init__(self, root: Path, limit: int) -> None:
        self._root, self._limit = root, limit
        self._folder = root / _HOLDERS
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"
        self._list = self._folder / f"{name}.held"
        self._alive = FileLock(self._folder / f"{name}.lock", blocking=False, fallback_to_soft=False)
        self._guard = FileLock(self._folder / "guard.lock", poll_interval=0.01, fallback_to_soft=False)
        self._held: set[Path] = set()
        self._sizes: dict[Path, int] = {}
        self._told = False

    def held(self, folder: Path) -> bool:
        """Return whether this process uses a copy, so that nobody drops it."""
        return folder in self._held

    def hold(self, folder: Path) -> bool:
        """Take a copy into use, until ``release``; return whether it is there."""
        with self._guard:
            if not folder.is_dir():
                return False
            self._alive.acquire()
            with self._list.open("a") as file:
                file.write(f"{folder}\n")
            self._held.add(folder)
            os.utime(folder)
        return True

    def forget(self, folder: Path) -> None:
        """Use a copy no more that turned out not to be sound."""
        self._held.discard(folder)

    def take(self, part: Path, folder: Path) -> None:
        """Give a finished copy its name, and take it into use."""
        with self._guard:
            part.rename(folder)
            self.hold(folder)

    def release(self) -> None:
        """Use no copy any more."""
        if self._held:
            with self._guard:
                self._held.clear()
                self._list.unlink(missing_ok=True)

    def make_room(self, size: int) -> None:
        """Drop what was not used for longest, until so many bytes more are within the limit."""
        dropped = []
        with self._guard:
            there = {folder: self._size(folder) for folder in _items(self._root)}
            excess = sum(there.values()) + size - self._limit
            if excess > 0:
                in_use = self._in_use()
                for folder in sorted(there.keys() - in_use, key=_last_use):
                    if excess <= 0:
                        break
                    gone = folder.with_name(f"{PART}{folder.name}-dropped-{uuid4().hex[:8]}")
                    folder.rename(gone)
                    dropped.append(gone)
                    excess -= self._sizes.pop(folder, there[folder])
        for folder in dropped:
            shutil.rmtree(folder, ignore_errors=True)
        if excess > 0 and not self._told:
            self._told = True
            told = "%s: what is in use at once takes %.1f GB more than copies_gb"
            logger.warning(told, self._root, excess / 1e9)

    def _in_use(self) -> set[Path]:
        used = set(self._held)
        for held in self._folder.glob("*.held"):
            if held == self._list:
                continue
            lock = FileLock(held.with_suffix(".lock"), blocking=False, fallback_to_soft=False)
            try:
                lock.acquire()
            except Timeout:
                used |= {Path(line) for line in held.read_text().splitlines()}
                continue
            held.unlink(missing_ok=True)  # of a process that ended
            Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()
        return used

    def _size(self, folder: Path) -> int:
        if folder not in self._sizes:
            self._sizes[folder] = 0
            with suppress(DataError):  # a damaged one goes when it is read
                self._sizes[folder] = sum(mark.size for mark in read_seal(folder).files.values())
        return self._sizes[folder]


def copies_of(root: Path, limit: int) -> Copies:
    """Return this process's part in the copies of its machine."""
    return _opened(root, limit, os.getpid())


@lru_cache(maxsize=8)
def _opened(root: Path, limit: int, process: int) -> Copies:  # noqa: ARG001  # a fork uses copies of its own
    return Copies(root, limit)


def _items(root: Path) -> Iterator[Path]:
    for here, folders, _ in os.walk(root):
        if Path(here).name == _ITEMS:
            yield from (Path(here, name) for name in folders if not name.startswith("."))
            folders.clear()
        else:
            folders[:] = [name for name in folders if name not in _NO_ITEMS]


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0
