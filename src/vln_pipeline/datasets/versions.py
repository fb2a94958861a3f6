"""The versions of a store in a folder that all machines see."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from vln_pipeline.datasets.manifest import JOURNAL


class Versions(Protocol):
    """Lists of what versions consist of, as files in ``<store>/<run id>/<name of the store>`` on this machine."""

    def runs(self) -> list[str]:
        """Return the names of all versions, interrupted ones too."""
        ...

    def fetch(self, version: Path, *names: str) -> None:
        """Bring files of a version here, and remove those that the version does not have."""
        ...

    def fetch_all(self) -> None:
        """Bring the lists of all versions here."""
        ...

    def send(self, version: Path, *names: str) -> None:
        """Put files of a version where all machines see them, those that are there, in the given order."""
        ...

    def journal(self, version: Path) -> AbstractContextManager[TextIO]:
        """Open what a command notes while it fills a version."""
        ...

    def join_journals(self, version: Path) -> None:
        """Make one journal of those of all commands."""
        ...


@dataclass(frozen=True)
class LocalVersions:
    """Versions in a folder that all machines see; nothing has to be brought or sent.

    Attributes:
        folder: of the store.
    """

    folder: Path

    def runs(self) -> list[str]:
        """See ``Versions``."""
        return [path.parent.name for path in self.folder.glob(f"[!.]*/{self.folder.name}")]

    def fetch(self, version: Path, *names: str) -> None:
        """See ``Versions``."""

    def fetch_all(self) -> None:
        """See ``Versions``."""

    def send(self, version: Path, *names: str) -> None:
        """See ``Versions``."""

    @contextmanager
    def journal(self, version: Path) -> Iterator[TextIO]:
        """See ``Versions``; all commands append to one."""
        with (version / JOURNAL).open("a") as journal:
            yield journal

    def join_journals(self, version: Path) -> None:
        """See ``Versions``."""
