"""What of the stores at an address is no longer what was written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from vln_pipeline.datasets.items import ITEMS
from vln_pipeline.datasets.manifest import MANIFEST, PLAN
from vln_pipeline.datasets.remote_items import RemoteItems
from vln_pipeline.datasets.remote_note import NOTE
from vln_pipeline.durable import read_checked_text
from vln_pipeline.errors import DataError
from vln_pipeline.object_storage.bucket import Bucket
from vln_pipeline.runtime.record import RECORDS

_NO_COPIES = 0


@dataclass(frozen=True)
class RemoteWhole:
    """Something at an address that can be checked: an item, or a list with a checksum of itself.

    Attributes:
        store: address of its store.
        name: of the item's objects, or of the list.
    """

    store: str
    name: str

    @property
    def address(self) -> str:
        """Where it lies."""
        return f"{self.store}/{self.name}"

    @property
    def is_item(self) -> bool:
        """Whether it is an item; else it is a list."""
        return self.name.startswith(f"{ITEMS}/")

    def faults(self) -> Iterator[str]:
        """Yield one line per fault, having read every byte."""
        if self.is_item:
            yield from RemoteItems(self.store, _NO_COPIES).faults(self.name.partition("/")[2])
            return
        content = Bucket(self.store).read(self.name)
        try:
            if content is None:
                yield "is lost"
            else:
                read_checked_text(content, self.address)
        except DataError as damage:
            yield damage.cause

    def set_aside(self) -> None:
        """Let it count as unfinished, so that the same command makes it again."""
        if self.is_item:
            RemoteItems(self.store, _NO_COPIES).set_aside(self.name.partition("/")[2])
            return
        bucket = Bucket(self.store)
        folder, _, name = self.name.rpartition("/")
        content = bucket.read(self.name)
        if content is not None:
            bucket.write(f"{folder}/damaged-{name}".lstrip("/"), content)
            bucket.delete(self.name)


def remote_wholes(data: str) -> Iterator[RemoteWhole]:
    """Yield all that can be checked at an address: finished items, lists of versions, and records of runs."""
    bucket = Bucket(data)
    for store in bucket.children():
        address = f"{data.rstrip('/')}/{store}"
        if store == RECORDS:
            yield from (RemoteWhole(address, name) for name in bucket.children(store) if name.endswith(".json"))
            continue
        names = bucket.sizes(store)
        yield from (RemoteWhole(address, name) for name in _checkable(store, names))


def _checkable(store: str, names: Iterable[str]) -> Iterator[str]:
    for name in sorted(names):
        parts = name.split("/")
        if len(parts) != 3:
            continue
        if parts[0] == ITEMS and parts[2] == NOTE:
            yield f"{ITEMS}/{parts[1]}"
        elif parts[1] == store and parts[2] in (PLAN, MANIFEST):
            yield name
