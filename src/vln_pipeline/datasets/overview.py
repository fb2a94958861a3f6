"""All versions of all stores, and how they depend on each other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.datasets.items import ITEMS
from vln_pipeline.datasets.leftovers import interrupted_versions
from vln_pipeline.datasets.manifest import MANIFEST, Manifest
from vln_pipeline.durable import read_seal
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.record import read_records


@dataclass(frozen=True)
class VersionRow:
    """One version of a store.

    Attributes:
        store: name of the store's folder.
        version: run id.
        seed: of the run; "?" where its record is missing.
        complete: whether it was sealed.
        items: how many it has, or was to have.
        size: bytes of its items, which other versions may share; 0 where it is not complete.
        parents: version by store that it was made from; not what those were made from.
        users: (store, version) of what was made from it.
    """

    store: str
    version: str
    seed: str
    complete: bool
    items: int
    size: int
    parents: dict[str, str]
    users: tuple[tuple[str, str], ...]


def overview(stores: Iterable[Path], records: Path, size: Callable[[Path, str], int]) -> Iterator[VersionRow]:
    """Yield the versions of some stores, store by store, newest first.

    Args:
        stores: folders of all stores whose versions may use each other.
        records: folder of the runs' records.
        size: of an item in bytes, by the folder of its store and its fingerprint; ``size_here`` for items in folders.

    Raises:
        DataError: a manifest is damaged.
    """
    folders = list(stores)
    seeds = {record["run_id"]: str(record["parameters"].get("seed", "?")) for record in read_records(records)}
    sealed = {
        (store.name, path.parents[1].name): Manifest.read(path.parent)
        for store in folders
        for path in store.glob(f"[!.]*/{store.name}/{MANIFEST}")
    }
    parents = {name: _direct(manifest, sealed) for name, manifest in sealed.items()}
    for store in folders:
        planned = interrupted_versions(store)
        own = {version for name, version in sealed if name == store.name}
        for version in sorted(own | planned.keys(), reverse=True):
            manifest = sealed.get((store.name, version))
            users = tuple(user for user, of in parents.items() if of.get(store.name) == version)
            yield VersionRow(
                store.name,
                version,
                seeds.get(version, "?"),
                manifest is not None,
                len(planned[version] if manifest is None else manifest.items),
                0 if manifest is None else sum(size(store, m.fingerprint) for m in manifest.items.values()),
                parents.get((store.name, version), {}),
                tuple(sorted(users)),
            )


def size_here(store: Path, fingerprint: str) -> int:
    """Return the bytes of an item in a store's folder; 0 where it is damaged."""
    try:
        return sum(mark.size for mark in read_seal(store / ITEMS / fingerprint).files.values())
    except DataError:  # fsck names it
        return 0


def _direct(manifest: Manifest, sealed: Mapping[tuple[str, str], Manifest]) -> dict[str, str]:
    """Return what a version was made from, without what that was made from in turn."""
    behind = [sealed[parent].made_from for parent in manifest.made_from.items() if parent in sealed]
    return {
        store: version
        for store, version in manifest.made_from.items()
        if not any(further.get(store) == version for further in behind)
    }
