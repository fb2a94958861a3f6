"""What of a store nobody can resume or read."""

import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.datasets.compared import forget_compared
from vln_pipeline.datasets.job import PART, STATE, lock_of
from vln_pipeline.datasets.manifest import MANIFEST, PLAN, Manifest, read_plan
from vln_pipeline.durable import DAMAGED
from vln_pipeline.errors import DataError
from vln_pipeline.one_writer import writer_if_free


@dataclass(frozen=True)
class Leftover:
    """A folder that may go.

    Attributes:
        path: of the folder.
        size: bytes of its files.
        why: nobody needs it.
    """

    path: Path
    size: int
    why: str

    def remove(self) -> None:
        """Delete it."""
        shutil.rmtree(self.path)
        forget_compared(self.path)


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
        why = _why(items, folder.name, kept, lost)
        if why:
            yield Leftover(folder, size_of(folder), why)
    for version in sorted(store.glob("*")):
        if version.name.startswith(DAMAGED):
            yield Leftover(version, size_of(version), "damaged, set aside")
        elif version.name in given_up and version.name in interrupted:
            yield Leftover(version, size_of(version), "an interrupted run that is given up")


def size_of(folder: Path) -> int:
    """Return the bytes of all files in and under a folder, links not followed."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _why(items: Path, name: str, kept: Collection[str], lost: Collection[str]) -> str:
    if name.startswith(DAMAGED):
        return "damaged, set aside"
    if name.startswith(STATE):
        given_up = name.removeprefix(STATE) in lost and _nobody_writes(items, name.removeprefix(STATE))
        return "state of an interrupted run that is given up" if given_up else ""
    if name.startswith(PART):
        free = _nobody_writes(items, name.removeprefix(PART).partition("-")[0])
        return "half-written by a killed process" if free else ""
    return "" if name in kept else "referred to by no version"


def _nobody_writes(items: Path, fingerprint: str) -> bool:
    lock = lock_of(items, fingerprint)
    lock.parent.mkdir(exist_ok=True)
    with writer_if_free(lock) as free:
        return free
