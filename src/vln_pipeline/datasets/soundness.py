"""What of a data folder is no longer what was written."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vln_pipeline.datasets.items import ITEMS
from vln_pipeline.datasets.manifest import JOURNAL, MANIFEST, PLAN, Manifest, journal_mark
from vln_pipeline.durable import DAMAGED, PART, SEAL, faults, read_checked, read_seal, set_aside
from vln_pipeline.errors import DataError
from vln_pipeline.folder_home import stranger
from vln_pipeline.runtime.record import RECORDS, read_record, read_records


@dataclass(frozen=True)
class Damage:
    """Something that is not what was written.

    Attributes:
        whole: the item, saved state, version, table or record that cannot be used for it.
        told: what differs, one line.
    """

    whole: Path
    told: str


def sealed_wholes(data: Path) -> Iterator[Path]:
    """Yield all that can be checked in a data folder: finished items, saved states, versions, tables, records."""
    seen: set[str] = set()
    for here, folders, files in os.walk(data, followlinks=True):  # a store may lie on another disk
        folder = Path(here)
        folders[:] = sorted(name for name in folders if not name.startswith((DAMAGED, PART)))
        if (real := os.path.realpath(here)) in seen:
            folders.clear()
            continue
        seen.add(real)
        if folder.name == RECORDS:
            yield from (folder / name for name in sorted(files) if name.endswith(".json") and name[0] != ".")
            continue
        finished = folder.parent.name == ITEMS and not folder.name.startswith(".")
        if finished or not {SEAL, MANIFEST, PLAN}.isdisjoint(files):
            folders.clear()
            yield folder


def damages(whole: Path) -> Iterator[Damage]:
    """Yield what differs in one of ``sealed_wholes``, having read all of it."""
    try:
        if not whole.is_dir():
            read_record(whole)
        elif (whole / PLAN).exists() or (whole / MANIFEST).exists():
            yield from (Damage(whole, told) for told in _faults_of_version(whole))
        else:
            yield from (Damage(whole, told) for told in _faults_of_folder(whole))
    except DataError as error:
        yield Damage(whole, f"{Path(error.subject).name} {error.cause}")


def lost_manifests(data: Path) -> Iterator[Damage]:
    """Yield the versions that were complete, as a later version or a record tells, and have no list of items any more.

    A version without one looks like that of an interrupted run, and runs would read the one before it.
    """
    complete = {(store, record["run_id"]) for record in read_records(data / RECORDS) for store in _stores(record)}
    for path in sorted(data.glob(f"*/[!.]*/*/{MANIFEST}")):
        with suppress(DataError):  # which is told by itself
            complete |= set(Manifest.read(path.parent).made_from.items())
    for store, run in sorted(complete):
        version = data / store / run / store
        if version.is_dir() and not os.path.lexists(version / MANIFEST):
            yield Damage(version, f"{MANIFEST} is missing, though the version was complete")


def set_damage_aside(whole: Path) -> Path:
    """Set aside what is damaged, so that the same command makes it again; return where it lies now."""
    versioned = (whole / PLAN).exists() or (whole / MANIFEST).exists()
    return set_aside(whole.parent if versioned else whole)


def _faults_of_folder(folder: Path) -> Iterator[str]:
    seal = read_seal(folder)
    if other := stranger(folder, seal.told):
        yield f"holds another folder ({other})"
    if folder.parent.name == ITEMS and seal.told.get("fingerprint") != folder.name:
        yield f"holds another item ({seal.told.get('key')})"
    yield from faults(folder, seal, contents=True)
    known = {SEAL, *seal.files, *(seal.links or ())}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_link = path.is_symlink()
        if name not in known and not (seal.links is None if is_link else path.is_dir()):
            yield f"{name} was put there later"


def _faults_of_version(version: Path) -> Iterator[str]:
    if (version / PLAN).exists():
        read_checked(version / PLAN)
    if not (version / MANIFEST).exists():
        return  # an interrupted version; its journal may still grow
    manifest = Manifest.read(version)
    if journal_mark(version) != manifest.journal:
        yield f"{JOURNAL} has other content than was written"
    yield from _faults_of_links(version, manifest)
    for key, made in sorted(manifest.items.items()):
        item = version.parents[1] / ITEMS / made.fingerprint
        if not item.is_dir():
            yield f"its item {key} is missing (items/{made.fingerprint})"
            continue
        with suppress(DataError):  # a damaged seal is told of the item
            if read_seal(item).content(manifest.volatile) != made.content:
                yield f"its item {key} is another than it was made of (items/{made.fingerprint})"


def _faults_of_links(version: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the links, by which people and other programs find the items, that do not lead to them."""
    links = {path.relative_to(version): path for path in sorted(version.rglob("*")) if path.is_symlink()}
    depth = max((len(name.parts) for name in links), default=1) - 1
    items = version.parents[1] / ITEMS
    for key, made in sorted(manifest.items.items()):
        item = items / made.fingerprint
        for folder in filter(Path.is_dir, item.glob("/".join("*" * depth)) if depth else [item]):
            name = folder.relative_to(item) / key
            link = links.pop(name, None)
            if link is None or os.path.realpath(link) != os.path.realpath(folder):
                yield f"its link {name} does not lead to its item (items/{made.fingerprint})"
    keys = {Path(key).parts for key in manifest.items}  # of an item that is missing, its link is not told besides
    strange = (name for name in links if not any(name.parts[-len(key) :] == key for key in keys))
    yield from (f"{name} was put there later" for name in strange)


def _stores(record: dict[str, Any]) -> Iterator[str]:
    """Yield the stores of which a run completed a version."""
    stores = record.get("stores")
    if isinstance(stores, dict):
        yield from stores.values()
