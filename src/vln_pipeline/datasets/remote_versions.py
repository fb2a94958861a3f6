"""Versions of a store at an address: their lists, which are read and written in a folder of this machine."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from vln_pipeline.datasets.items import ITEMS
from vln_pipeline.datasets.manifest import JOURNAL, MANIFEST, PLAN
from vln_pipeline.object_storage.bucket import Bucket

_JOURNALS = "journals"


class RemoteSizes:
    """Bytes of items at an address, each store's objects listed once.

    Args:
        address: of the data.
    """

    def __init__(self, address: str) -> None:
        self._bucket = Bucket(address)
        self._known: dict[str, Counter[str]] = {}

    def __call__(self, store: Path, fingerprint: str) -> int:
        """Return the bytes of all attempts at an item, by the folder of its store and its fingerprint."""
        if store.name not in self._known:
            self._known[store.name] = Counter()
            for name, size in self._bucket.sizes(f"{store.name}/{ITEMS}").items():
                self._known[store.name][name.partition("/")[0]] += size
        return self._known[store.name][fingerprint]


@dataclass(frozen=True)
class RemoteVersions:
    """The versions of a store; what the address has of them counts, not what lies on this machine.

    Attributes:
        bucket: the store's objects.
        folder: of the store on this machine.
        command: name of this command's part of a journal, as several may fill one version from several machines.
    """

    bucket: Bucket
    folder: Path
    command: str = field(default_factory=lambda: uuid4().hex)

    def runs(self) -> list[str]:
        """See ``Versions``."""
        return [name for name in self.bucket.children() if not name.startswith(".") and name != ITEMS]

    def fetch(self, version: Path, *names: str) -> None:
        """See ``Versions``."""
        for name in names:
            if not self.bucket.fetch(self._name(version, name), version / name):
                (version / name).unlink(missing_ok=True)

    def fetch_all(self) -> None:
        """See ``Versions``."""
        for run in self.runs():
            self.fetch(self.folder / run / self.folder.name, PLAN, MANIFEST, JOURNAL)

    def send(self, version: Path, *names: str) -> None:
        """See ``Versions``."""
        for name in names:
            if (version / name).is_file():
                self.bucket.write(self._name(version, name), (version / name).read_bytes())

    @contextmanager
    def journal(self, version: Path) -> Iterator[TextIO]:
        """See ``Versions``; each command has one of its own, which is at the address however this ends."""
        name = f"{_JOURNALS}/{self.command}.jsonl"
        (version / name).parent.mkdir(exist_ok=True)
        try:
            with (version / name).open("a") as journal:
                yield journal
        finally:
            self.send(version, name)

    def join_journals(self, version: Path) -> None:
        """See ``Versions``."""
        parts = self._name(version, _JOURNALS)
        noted = [self.bucket.read(f"{parts}/{name}") or b"" for name in self.bucket.children(parts)]
        if noted:
            (version / JOURNAL).write_bytes(b"".join(noted))

    def _name(self, version: Path, name: str) -> str:
        return f"{version.relative_to(self.folder).as_posix()}/{name}"
