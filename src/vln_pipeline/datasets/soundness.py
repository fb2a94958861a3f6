"""What of a data folder is no longer what was written."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.datasets.items import ITEMS
from vln_pipeline.datasets.manifest import JOURNAL, MANIFEST, PLAN, Manifest, journal_mark
from vln_pipeline.durable import DAMAGED, PART, SEAL, faults, read_checked, read_seal, set_aside
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.record import RECORDS


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
        if whole.is_file():
            read_checked(whole)
        elif (whole / PLAN).exists() or (whole / MANIFEST).exists():
            yield from (Damage(whole, told) for told in _faults_of_version(whole))
        else:
            yield from (Damage(whole, told) for told in _faults_of_folder(whole))
    except DataError as error:
        yield Damage(whole, f"{Path(error.subject).name} {error.cause}")


def set_damage_aside(whole: Path) -> Path:
    """Set aside what is damaged, so that the same command makes it again; return where it lies now."""
    versioned = (whole / PLAN).exists() or (whole / MANIFEST).exists()
    return set_aside(whole.parent if versioned else whole)


def _faults_of_folder(folder: Path) -> Iterator[str]:
    seal = read_seal(folder)
    if folder.parent.name == ITEMS and seal.told.get("fingerprint") != folder.name:
        yield f"holds another item ({seal.told.get('key')})"
    yield from faults(folder, seal, contents=True)
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if not path.is_dir() and name not in seal.files and name != SEAL:
            yield f"{name} was put there later"


def _faults_of_version(version: Path) -> Iterator[str]:
    if (version / PLAN).exists():
        read_checked(version / PLAN)
    if not (version / MANIFEST).exists():
        return  # an interrupted version; its journal may still grow
    manifest = Manifest.read(version)
    if journal_mark(version) != manifest.journal:
        yield f"{JOURNAL} has other content than was written"
    for key, made in sorted(manifest.items.items()):
        item = version.parents[1] / ITEMS / made.fingerprint
        if not item.is_dir():
            yield f"its item {key} is missing (items/{made.fingerprint})"
            continue
        with suppress(DataError):  # a damaged seal is told of the item
            if read_seal(item).content(manifest.volatile) != made.content:
                yield f"its item {key} is another than it was made of (items/{made.fingerprint})"
