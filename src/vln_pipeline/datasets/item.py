"""A finished work item, and the promise of one."""

import importlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from vln_pipeline.datasets.compared import note_compared, was_compared
from vln_pipeline.datasets.remote_items import RemoteItems
from vln_pipeline.durable import require_sound
from vln_pipeline.errors import DataError

Task = partial
"""A module-level function with every argument bound but the last, the ``Workplace``."""

_sound: set[Path] = set()
"""Folders that this process knows to be sound, so that it looks at them once."""


@dataclass(frozen=True)
class Item:
    """A handle on one finished item: small, picklable, loaded by calling it.

    Attributes:
        key: the item's name in its store.
        content: name of its bytes; what is made from it is named by this, so it is not made again where another way
            of making the item gave the same bytes.
        directory: where it lies, unchecked; ``folder`` is for reading.
        reader: dotted name of the function that reads the folder.
        store: name of its store's folder; empty outside a store.
        version: the store's version that it was taken from; empty outside a store.
        volatile: patterns of its files that do not count in ``content``.
        command: name of the command that loaded it, all of whose processes compare its bytes once; where it is empty,
            each process compares them.
        remote: the items at an address of which it is one; ``directory`` is then where this machine's copy would lie
            that made the handle. None where all machines see the folder.
    """

    key: str
    content: str
    directory: Path
    reader: str
    store: str = ""
    version: str = ""
    volatile: tuple[str, ...] = ()
    command: str = ""
    remote: RemoteItems | None = None

    def __call__(self) -> Any:
        """Read the item.

        Raises:
            DataError: it was damaged since it was finished.
        """
        return resolve(self.reader)(self.folder())

    def folder(self) -> Path:
        """Return the item's folder, having compared every byte at the first time in this command.

        Raises:
            DataError: it was damaged since it was finished, or another item lies in its place.
        """
        if self.remote is not None:
            return self.remote.open_as(self.key, self.directory.name, self.content, self.volatile)
        if self.directory not in _sound:
            known = bool(self.command) and was_compared(self.directory, self.command)
            seal = require_sound(self.directory, contents=not known)
            if self.version and seal.content(self.volatile) != self.content:
                cause = f"is not the {self.key} that version {self.version} consists of: it was changed or replaced"
                raise DataError(str(self.directory), cause, "run the stage that makes it again")
            if self.command and not known:
                note_compared(self.directory, self.command)
            _sound.add(self.directory)
        return self.directory


def resolve(dotted: str) -> Any:
    """Return what a dotted name from the catalog stands for: a function, a class or a table."""
    module, _, name = dotted.rpartition(".")
    return getattr(importlib.import_module(module), name)
