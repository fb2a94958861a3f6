"""Doing one item: compute, write under a temporary name, seal, publish."""

import errno
import shutil
import socket
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.datasets.item import Task, resolve
from vln_pipeline.datasets.items import STATE, Items
from vln_pipeline.durable import PART, SEAL, require_sound, seal
from vln_pipeline.errors import DataError
from vln_pipeline.object_storage import folder_here
from vln_pipeline.runtime.executors import Failure, Outcome
from vln_pipeline.runtime.workplace import Workplace


@dataclass(frozen=True)
class ItemJob:
    """Makes one item of a store when called; picklable.

    Attributes:
        key: the item's key.
        fingerprint: its name among the items.
        task: what to call with the workplace.
        items: the store's.
        writer: dotted name of the function that writes the task's value; None when the task writes by itself.
        cache: the shared cache, a folder or an address, which stands for a folder of each machine.
        threads: CPU threads the task may use.
        parents: content by "store/key" of the items it is made from.
        twin: items of another store, of which a finished one of the same name is copied.
    """

    key: str
    fingerprint: str
    task: Task
    items: Items
    writer: str | None
    cache: str
    threads: int
    parents: dict[str, str]
    twin: Items | None = None

    def __call__(self) -> Outcome:
        """Make the item; a fault of the item is reported, not raised."""
        started = time.perf_counter()
        failure, found = None, False
        try:
            with self.items.sole_writer(self.fingerprint, f"{self.items.folder.parent.name}, {self.key}"):
                found = bool(self.items.sound([self.fingerprint]))  # another run was quicker
                if not found and not self.items.taken_up(self.fingerprint):
                    self._make()
                shutil.rmtree(self._state, ignore_errors=True)
        except DataError as error:
            failure = Failure(str(error))
        except OSError as error:
            failure = _of_system(error)
        except Exception as error:  # a bug must not take the other scenes with it; the journal keeps the traceback
            failure = Failure(f"{self.key}: unexpected {type(error).__name__}: {error}", traceback.format_exc())
        finally:
            self.items.release()
        return Outcome(self.key, time.perf_counter() - started, failure, socket.gethostname(), found)

    def _make(self) -> None:
        folder = self.items.folder
        folder.mkdir(parents=True, exist_ok=True)
        directory = Path(tempfile.mkdtemp(prefix=f"{PART}{self.fingerprint}-", dir=folder))
        directory.chmod(0o755)
        try:
            if not self._copied(directory):
                value = self.task(
                    Workplace(directory, folder_here(self.cache), self.threads, self._state, self.parents)
                )
                if self.writer is not None:
                    resolve(self.writer)(value, directory)
            made = seal(directory, {"key": self.key, "fingerprint": self.fingerprint, "parents": self.parents})
            self.items.publish(directory, self.fingerprint, made)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    @property
    def _state(self) -> Path:
        return self.items.folder / f"{STATE}{self.fingerprint}"

    def _copied(self, directory: Path) -> bool:
        """Copy the item from the twin; return whether it was there, and sound to the last byte."""
        if self.twin is None:
            return False
        try:
            if (source := self.twin.open(self.fingerprint)) is None:
                return False
            shutil.copytree(source, directory, dirs_exist_ok=True)
            told = require_sound(directory, contents=True).told
        except (DataError, OSError):  # damaged, or pruned just now: the one that is made is as good
            told = {}
        if told.get("fingerprint") != self.fingerprint:
            shutil.rmtree(directory)
            directory.mkdir(mode=0o755)
            return False
        (directory / SEAL).unlink()
        return True


def _of_system(error: OSError) -> Failure:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failure("the disk is full; free some space and run the same command again, it goes on", fatal=True)
    if error.errno == errno.EROFS:
        return Failure("the disk is read-only; have it checked and run the same command again, it goes on", fatal=True)
    return Failure(f"{error.filename or 'file system'}: {error.strerror or error}", traceback.format_exc())
