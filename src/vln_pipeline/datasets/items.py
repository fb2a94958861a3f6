"""Where the finished items of a store lie: the two seams are where one is sealed, and where one is opened."""

import logging
import os
import shutil
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from vln_pipeline.durable import PART, Seal, rename, require_sound, set_aside
from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import sole_writer, writer_if_free

ITEMS, STATE, LOCKS = "items", ".state-", ".locks"

logger = logging.getLogger(__name__)


class Items(Protocol):
    """Finished items by fingerprint; small, picklable, and the same on every machine."""

    @property
    def folder(self) -> Path:
        """Folder of this machine in which items are made."""
        ...

    def sole_writer(self, fingerprint: str, what: str) -> AbstractContextManager[None]:
        """Be the only one that makes an item; while another process does, wait and tell which."""
        ...

    def sound(self, fingerprints: Collection[str]) -> dict[str, Seal]:
        """Return the seals of those that are finished, by names and sizes of their files.

        One that is not what its seal says is set aside with a warning, so that it is made again.
        """
        ...

    def publish(self, part: Path, fingerprint: str, made: Seal) -> None:
        """Make a sealed folder a finished item."""
        ...

    def taken_up(self, fingerprint: str) -> bool:
        """Finish an item that was sealed here, and could not be published; return whether there is one."""
        ...

    def open(self, fingerprint: str) -> Path | None:
        """Return a folder of this machine with a finished item, unchecked; None where there is none."""
        ...

    def release(self) -> None:
        """Say that this process reads none of them any more."""
        ...


@dataclass(frozen=True)
class LocalItems:
    """Items in a folder that all machines see, each under its fingerprint.

    Attributes:
        folder: of the items.
    """

    folder: Path

    @contextmanager
    def sole_writer(self, fingerprint: str, what: str) -> Iterator[None]:
        """See ``Items``."""
        lock = lock_of(self.folder, fingerprint)
        with sole_writer(lock, what):
            yield
            lock.unlink(missing_ok=True)  # nobody writes it any more

    def sound(self, fingerprints: Collection[str]) -> dict[str, Seal]:
        """See ``Items``."""
        found = ((name, self._sound(name)) for name in fingerprints)
        return {name: seal for name, seal in found if seal is not None}

    def publish(self, part: Path, fingerprint: str, made: Seal) -> None:  # noqa: ARG002  # it lies in the folder
        """See ``Items``."""
        rename(part, self.folder / fingerprint)

    def taken_up(self, fingerprint: str) -> bool:  # noqa: ARG002  # sealed and published is one step here
        """See ``Items``."""
        return False

    def open(self, fingerprint: str) -> Path | None:
        """See ``Items``."""
        return folder if (folder := self.folder / fingerprint).is_dir() else None

    def release(self) -> None:
        """See ``Items``."""

    def _sound(self, fingerprint: str) -> Seal | None:
        folder = self.folder / fingerprint
        if not os.path.lexists(folder):
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
