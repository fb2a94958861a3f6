"""What of a store nobody can resume or read."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.datasets.compared import forget_compared
from vln_pipeline.datasets.items import STATE, fingerprint_of_part, lock_of
from vln_pipeline.datasets.manifest import MANIFEST, PLAN, Manifest, read_plan
from vln_pipeline.durable import DAMAGED, PART
from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import writer_if_free


@dataclass(frozen=True)
class Leftover:
    """A folder that may go.

    Attributes:
        path: of the folder.
        size: bytes of its files.
        why: nobody needs it.
        lock: held by who writes it; None where nobody does.
    """

    path: Path
    size: int
    why: str
    lock: Path | None = None

    def remove(self) -> None:
        """Delete it, unless somebody began to write it meanwhile."""
        if self.lock is None:
            shutil.rmtree(self.path)
            forget_compared(self.path)
            return
        with writer_if_free(self.lock) as free:
            if free:
                shutil.rmtree(self.path)


def interrupted_versions(store: Path) -> dict[str, dict[str, str]]:
    """Return by run id what versions that were never completed were to consist of: fingerprint by key.

    Raises:
        DataError: a plan is damaged.
    """
    plans = (plan.parent for plan in sorted(store.glob(f"[!.]*/{store.name}/{PLAN}")))
    return {folder.parent.name: read_plan(folder) for folder in plans if not (folder / MANIFEST).exists()}


def leftovers(store: Path, given_up: Collection[str] = ()) -> Iterator[Leftover]:
    """Yield what may go from a store's folder.

    Saved states, and items that an interrupted run finished, stay unless that run is given up by name.

    Args:
        store: the folder.
        given_up: ids of interrupted runs that will not be resumed.

    Raises:
        DataError: a manifest or plan is damaged, so that nobody knows what it refers to.
    """
    sealed = [Manifest.read(path.parent) for path in sorted(store.glob(f"[!.]*/{store.name}/{MANIFEST}"))]
    for path in sorted(store.glob(f"{DAMAGED}*/{store.name}/{MANIFEST}")):
        with suppress(DataError):  # the same command takes its sound items over
            sealed.append(Manifest.read(path.parent))
    interrupted = interrupted_versions(store)
    resumable = {name for run, plan in interrupted.items() if run not in given_up for name in plan.values()}
    lost = {name for run, plan in interrupted.items() if run in given_up for name in plan.values()} - resumable
    kept = resumable | {made.fingerprint for manifest in sealed for made in manifest.items.values()}
    items = store / "items"
    for folder in sorted(items.glob("*")):
        lock = _lock_of_unfinished(items, folder)
        why = _why(folder.name, kept, lost, is_free=lock is None or _is_free(lock))
        if why:
            yield Leftover(folder, size_of(folder), why, lock)
    for version in sorted(store.glob("*")):
        if version.name.startswith(DAMAGED):
            yield Leftover(version, size_of(version), "damaged, set aside")
        elif version.name in given_up and version.name in interrupted:
            yield Leftover(version, size_of(version), "an interrupted run that is given up")


def being_made(store: Path, run: str) -> str:
    """Return the key of an item of an interrupted run that somebody makes at this moment; empty where nobody does.

    Raises:
        DataError: a plan is damaged.
    """
    locks = {key: lock_of(store / "items", name) for key, name in interrupted_versions(store).get(run, {}).items()}
    return next((key for key, lock in locks.items() if lock.exists() and not _is_free(lock)), "")


def size_of(folder: Path) -> int:
    """Return the bytes of all files in and under a folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _lock_of_unfinished(items: Path, folder: Path) -> Path | None:
    """Return what is locked while a half-written folder or a saved state is written; None for anything else."""
    if folder.name.startswith(STATE):
        return lock_of(items, folder.name.removeprefix(STATE))
    return lock_of(items, fingerprint_of_part(folder)) if folder.name.startswith(PART) else None


def _why(name: str, kept: Collection[str], lost: Collection[str], *, is_free: bool) -> str:
    if name.startswith(DAMAGED):
        return "damaged, set aside"
    if name.startswith(STATE):
        given_up = name.removeprefix(STATE) in lost and is_free
        return "state of an interrupted run that is given up" if given_up else ""
    if name.startswith(PART):
        return "half-written by a killed process" if is_free else ""
    return "" if name in kept else "referred to by no version"


def _is_free(lock: Path) -> bool:
    lock.parent.mkdir(exist_ok=True)
    with writer_if_free(lock) as free:
        return free
