"""Doing one item: compute, write under a temporary name, seal, rename."""

import errno
import logging
import shutil
import socket
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.datasets.item import Task, resolve
from vln_pipeline.durable import PART, SEAL, Seal, rename, require_sound, seal, set_aside
from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import sole_writer, writer_if_free
from vln_pipeline.runtime.executors import Failure, Outcome
from vln_pipeline.runtime.workplace import Workplace

logger = logging.getLogger(__name__)

STATE, LOCKS = ".state-", ".locks"


@dataclass(frozen=True)
class ItemJob:
    """Makes one item of a store when called; picklable.

    Attributes:
        key: the item's key.
        fingerprint: name of its final folder.
        task: what to call with the workplace.
        items: the store's folder of items.
        writer: dotted name of the function that writes the task's value; None when the task writes by itself.
        cache: the shared cache folder.
        threads: CPU threads the task may use.
        parents: content by "store/key" of the items it is made from.
        twin: folder of items of another store, of which a finished one of the same name is copied.
    """

    key: str
    fingerprint: str
    task: Task
    items: Path
    writer: str | None
    cache: Path
    threads: int
    parents: dict[str, str]
    twin: Path | None = None

    def __call__(self) -> Outcome:
        """Make the item; a fault of the item is reported, not raised."""
        started = time.perf_counter()
        failure, found = None, False
        try:
            with sole_writer(lock_of(self.items, self.fingerprint), f"{self.items.parent.name}, {self.key}"):
                found = sound_item(self.items, self.fingerprint) is not None  # another run was quicker
                if not found:
                    self._make()
                lock_of(self.items, self.fingerprint).unlink(missing_ok=True)  # nobody writes it any more
        except DataError as error:
            failure = Failure(str(error))
        except OSError as error:
            failure = _of_system(error)
        except Exception as error:  # a bug must not take the other scenes with it; the journal keeps the traceback
            failure = Failure(f"{self.key}: unexpected {type(error).__name__}: {error}", traceback.format_exc())
        return Outcome(self.key, time.perf_counter() - started, failure, socket.gethostname(), found)

    def _make(self) -> None:
        directory = Path(tempfile.mkdtemp(prefix=f"{PART}{self.fingerprint}-", dir=self.items))
        directory.chmod(0o755)
        state = self.items / f"{STATE}{self.fingerprint}"
        try:
            if not self._copied(directory):
                value = self.task(Workplace(directory, self.cache, self.threads, state, self.parents))
                if self.writer is not None:
                    resolve(self.writer)(value, directory)
            seal(directory, {"key": self.key, "fingerprint": self.fingerprint, "parents": self.parents})
            rename(directory, self.items / self.fingerprint)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        shutil.rmtree(state, ignore_errors=True)

    def _copied(self, directory: Path) -> bool:
        """Copy the item from the twin; return whether it was there, and sound to the last byte."""
        if self.twin is None or not (self.twin / self.fingerprint).is_dir():
            return False
        try:
            shutil.copytree(self.twin / self.fingerprint, directory, dirs_exist_ok=True)
            told = require_sound(directory, contents=True).told
        except (DataError, OSError):  # damaged, or pruned just now: the one that is made is as good
            told = {}
        if told.get("fingerprint") != self.fingerprint:
            shutil.rmtree(directory)
            directory.mkdir(mode=0o755)
            return False
        (directory / SEAL).unlink()
        return True


def sound_item(items: Path, fingerprint: str) -> Seal | None:
    """Return the seal of a finished item, or None where there is none to take over.

    A folder that is not what its seal says, by names and sizes, is set aside with a warning, so that it is made again.
    """
    folder = items / fingerprint
    if not folder.is_dir():
        return None
    try:
        seal = require_sound(folder, contents=False)
        if seal.told.get("fingerprint") != fingerprint:
            raise DataError(str(folder), f"holds another item ({seal.told.get('key')})")
        return seal
    except DataError as damage:
        logger.warning("%s: %s; it is set aside and made again", damage.subject, damage.cause)
        set_aside(folder)
        return None


def lock_of(items: Path, fingerprint: str) -> Path:
    """Return the lock file of who makes an item."""
    return items.parent / LOCKS / fingerprint


def fingerprint_of_part(part: Path) -> str:
    """Return the fingerprint of the item that a half-written folder was to become."""
    return part.name.removeprefix(PART).partition("-")[0]


def sweep(items: Path) -> None:
    """Remove what killed processes left half-written, on whatever machine; what somebody writes now stays."""
    for directory in items.glob(f"{PART}*"):
        lock = lock_of(items, fingerprint_of_part(directory))
        lock.parent.mkdir(exist_ok=True)
        with writer_if_free(lock) as free:
            if free:
                shutil.rmtree(directory, ignore_errors=True)


def _of_system(error: OSError) -> Failure:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failure("the disk is full; free some space and run the same command again, it goes on", fatal=True)
    if error.errno == errno.EROFS:
        return Failure("the disk is read-only; have it checked and run the same command again, it goes on", fatal=True)
    return Failure(f"{error.filename or 'file system'}: {error.strerror or error}", traceback.format_exc())
