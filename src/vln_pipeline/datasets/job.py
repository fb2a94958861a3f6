"""Doing one item: compute, write under a temporary name, rename."""

import errno
import json
import os
import shutil
import socket
import tempfile
import time
import traceback
from dataclasses import dataclass
from pathlib import Path

import psutil

from vln_pipeline.datasets.item import Task, resolve
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors import Failure, Outcome
from vln_pipeline.runtime.workplace import Workplace

COMPLETE = "item.json"


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
    """

    key: str
    fingerprint: str
    task: Task
    items: Path
    writer: str | None
    cache: Path
    threads: int

    def __call__(self) -> Outcome:
        """Make the item; a fault of the item is reported, not raised."""
        started = time.perf_counter()
        failure = None
        directory = Path(tempfile.mkdtemp(prefix=f"{_temporary_prefix()}{os.getpid()}-", dir=self.items))
        try:
            self._make(directory)
        except DataError as error:
            failure = Failure(str(error))
        except OSError as error:
            failure = _of_system(error)
        except Exception as error:  # a bug must not take the other scenes with it; the journal keeps the traceback
            failure = Failure(f"{self.key}: unexpected {type(error).__name__}: {error}", traceback.format_exc())
        finally:
            if directory.exists():
                shutil.rmtree(directory, ignore_errors=True)
        return Outcome(self.key, time.perf_counter() - started, failure, socket.gethostname())

    def _make(self, directory: Path) -> None:
        directory.chmod(0o755)
        state = self.items / f".state-{self.fingerprint}"
        value = self.task(Workplace(directory, self.cache, self.threads, state))
        if self.writer is not None:
            resolve(self.writer)(value, directory)
        (directory / COMPLETE).write_text(json.dumps({"key": self.key, "fingerprint": self.fingerprint}) + "\n")
        final = self.items / self.fingerprint
        if not final.exists():  # another run with the same fingerprint may have been quicker; its content is the same
            directory.rename(final)
        shutil.rmtree(state, ignore_errors=True)


def is_complete(items: Path, fingerprint: str) -> bool:
    """Tell whether an item was finished, by any run."""
    return (items / fingerprint / COMPLETE).is_file()


def sweep(items: Path) -> None:
    """Remove what killed processes of this machine left half-written."""
    for directory in items.glob(f"{_temporary_prefix()}*"):
        process = int(directory.name.removeprefix(_temporary_prefix()).split("-")[0])
        if not psutil.pid_exists(process):
            shutil.rmtree(directory, ignore_errors=True)


def _temporary_prefix() -> str:
    return f".part-{socket.gethostname()}-"


def _of_system(error: OSError) -> Failure:
    if error.errno == errno.ENOSPC:
        return Failure("the disk is full; free some space and run the same command again, it goes on", fatal=True)
    return Failure(f"{error.filename or 'file system'}: {error.strerror or error}", traceback.format_exc())
