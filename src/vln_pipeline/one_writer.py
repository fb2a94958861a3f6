"""One writer at a time, across processes, containers and hosts that share a folder.

The lock is the kernel's (flock; over NFS a byte-range lock of the server), so it ends with the process that holds it,
however that ends. The lock file stays behind and means nothing by itself.
"""

import errno
import logging
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from vln_pipeline.errors import DataError

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.25
_REMINDER_SECONDS = 60.0
_LONGEST_NAME = 400  # bytes of a lock file that are read, as anybody may have written it
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP)


@contextmanager
def sole_writer(path: Path, what: str) -> Iterator[None]:
    """Be the only one that writes something; while another process does, wait and tell which.

    Programs that are started meanwhile do not hold the lock; a process that ends in any way no longer does.

    Args:
        path: lock file; a folder that is missing is made. Only who holds it may remove it, with nothing left to write.
        what: is written, for the line that tells who is waited for.

    Raises:
        DataError: the file system cannot lock, so that two writers would not see each other.
        OSError: the lock file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path, blocking=False, fallback_to_soft=False, on_acquired=_sign)
    _acquire(lock, path, what)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def writer_if_free(path: Path) -> Iterator[bool]:
    """Be the only writer where nobody else is at this moment; yields whether that is so.

    Args:
        path: lock file, in a folder that exists.
    """
    lock = FileLock(path, blocking=False, fallback_to_soft=False, on_acquired=_sign)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _acquire(lock: FileLock, path: Path, what: str) -> None:
    told, told_at = "", 0.0
    while True:
        try:
            lock.acquire()
            return
        except Timeout:
            holder = _holder(path)
            # A holder that was killed left its name, which the next replaces a moment after it has the lock.
            if holder and (holder != told or time.monotonic() - told_at >= _REMINDER_SECONDS):
                logger.warning("%s: waits for %s, which works on it", what, holder)
                told, told_at = holder, time.monotonic()
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            cause = f"its file system cannot lock files ({error.strerror}), and two runs might write there at once"
            raise DataError(str(path.parent), cause, "put the data folder on one that can, such as NFS 4") from error
        time.sleep(_POLL_SECONDS)


def _sign(descriptor: int) -> None:
    """Write into the held lock file who holds it."""
    program = [Path(sys.argv[0]).name, *(part for part in sys.argv[1:2] if not part.startswith("-"))]
    since = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    # No other arguments: parameters may carry passwords.
    name = f"{' '.join(program)}, process {os.getpid()} on {socket.gethostname()}, since {since}\n".encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, name, 0)
    os.fsync(descriptor)  # for those who read it from another host


def _holder(path: Path) -> str:
    """Return who holds a lock; empty where it was released and its file removed just now."""
    try:
        with path.open("rb") as file:
            name = file.read(_LONGEST_NAME).decode(errors="replace")
    except FileNotFoundError:
        return ""
    return " ".join(name.split()) or "another process"
