"""A versioned store of work items that makes what it is asked to keep.

::

    <filepath>/
      items/<fingerprint>/...                written once, shared by all versions; seal.json lists its files
      <run id>/<name>/[<group>/]<key>        link to the item, for people and other programs
      <run id>/<name>/plan.json              key -> fingerprint; what the version is to consist of
      <run id>/<name>/journal.jsonl          one line per item: key, fingerprint, seconds, host, cause of failure, and
                                             "found" where another run made it while this one waited
      <run id>/<name>/manifest.json          key -> fingerprint and content; present when the version is complete
      <run id>/logs/<key>.log                what tasks printed on the machines of a cluster
      .locks/<fingerprint>                   held by who writes the item
      .compared/<fingerprint>                the command that last compared every byte of the item

At an address (``s3://bucket/data``) the same names are those of objects, see ``RemoteItems``; there are no links, and a
journal in parts, one for each command, until the version is complete.
"""

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from kedro.io.core import AbstractVersionedDataset, Version
from tqdm import tqdm

from vln_pipeline.datasets.ancestry import Ancestry, VersionOf
from vln_pipeline.datasets.compared import THIS_COMMAND
from vln_pipeline.datasets.item import Item, Task, resolve
from vln_pipeline.datasets.items import ITEMS, LocalItems, sweep
from vln_pipeline.datasets.job import ItemJob
from vln_pipeline.datasets.manifest import (
    JOURNAL,
    MANIFEST,
    PLAN,
    Made,
    Manifest,
    Quarantined,
    journal_mark,
    read_plan,
    write_plan,
)
from vln_pipeline.datasets.remote_items import RemoteItems
from vln_pipeline.datasets.remote_log import LoggedJob
from vln_pipeline.datasets.remote_versions import RemoteVersions
from vln_pipeline.datasets.versions import LocalVersions, Versions
from vln_pipeline.durable import SEAL, replace_link, sync_tree
from vln_pipeline.errors import DataError
from vln_pipeline.object_storage import folder_here, is_address
from vln_pipeline.runtime.executors import Job, Outcome, Resources, available_workers, open_executor
from vln_pipeline.runtime.fingerprint import fingerprint, inputs
from vln_pipeline.runtime.shard import Shard

LOGS = "logs"

logger = logging.getLogger(__name__)


class ItemStore(AbstractVersionedDataset[dict[str, Task], dict[str, Item]]):
    """Saves tasks by running them, loads handles on their results.

    A task whose fingerprint (function, code, parameters, inputs) was finished before, by any run, is not run again:
    a version only refers to it. So an interrupted run goes on where it stopped, and large results are never copied.

    Args:
        filepath: the store's folder, or its address in object storage.
        reader: dotted name of the function that reads an item's folder.
        writer: dotted name of the function ``(value, folder)`` that writes what a task returns; without one a task
            writes into ``Workplace.directory`` by itself.
        without: dotted name of a mapping of modules whose source does not decide the results, though the tasks import
            them, to the reason; nothing is left out by default.
        volatile: patterns of an item's files that differ from run to run (times, for instance), and so say nothing
            about whether two items are the same.
        stands_alone: whether what is made here is used with data that it was not made from, as a trained model is; so
            its own data do not count when versions are asked whether they go together.
        twin: folder or address of another store with some of the same tasks; what is finished there is copied, not
            made again.
        executor: serial, processes or ray.
        workers: number of workers, or "auto".
        ray: what each task asks a Ray cluster for, see ``Resources``.
        shard: "i/n" to run only every n-th task, from the i-th (0-based).
        max_failures: the run stops when more items than this fail.
        cache: folder shared by all runs, see ``Workplace.cache``; an address stands for a folder of each machine.
        copies_gb: 10^9 bytes that a machine's copies of items at addresses may take.
        may_be_empty: whether a version without items is complete rather than an error.
        may_be_absent: whether a store without any version loads as one without items rather than as an error.
        unit: what an item is called in the progress bar.
        group_depth: levels of folders inside an item that become groups of links: with 2, the item's folder
            ``vln_n1/v2.1`` is linked as ``<version>/vln_n1/v2.1/<key>``, so that a group is one folder of scenes.
        version, metadata: see Kedro.
    """

    def __init__(
        self,
        *,
        filepath: str,
        reader: str,
        cache: str,
        writer: str | None = None,
        without: str | None = None,
        volatile: list[str] | None = None,
        stands_alone: bool = False,
        twin: str | None = None,
        copies_gb: float = 100.0,
        executor: str = "processes",
        workers: int | str = "auto",
        ray: dict[str, Any] | None = None,
        shard: str | None = None,
        max_failures: int = 0,
        unit: str = "scene",
        may_be_empty: bool = False,
        may_be_absent: bool = False,
        group_depth: int = 0,
        version: Version | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        here = PurePosixPath(folder_here(filepath)) if is_address(filepath) else PurePosixPath(filepath)
        super().__init__(here, version, exists_function=self._is_sealed)
        self._copies = int(copies_gb * 1e9)
        self._items = items = self._items_at(filepath)
        self._remote = items if isinstance(items, RemoteItems) else None
        self._versions: Versions = LocalVersions(Path(here))
        if self._remote is not None:
            self._versions = RemoteVersions(self._remote.bucket, Path(here))
        self.metadata = metadata
        self._reader, self._writer, self._without = reader, writer, without
        self._volatile, self.stands_alone = tuple(volatile or ()), stands_alone
        self._twin = None if twin is None else self._items_at(twin)
        self._cache = cache if is_address(cache) else str(Path(cache).resolve())
        self._executor, self._workers = executor, workers
        self._resources = Resources.model_validate(ray or {})
        self._shard = Shard.parse(shard)
        self._may_be_empty, self.may_be_absent = may_be_empty, may_be_absent
        self._max_failures, self._unit, self._group_depth = max_failures, unit, group_depth

    @property
    def name(self) -> str:
        """Name of the store's folder, by which other stores know it."""
        return self._filepath.name

    @property
    def address(self) -> str:
        """Address of the store; empty where it is a folder."""
        return "" if self._remote is None else self._remote.address

    def load(self) -> dict[str, Item]:
        """Return a handle per item of the version, by key, in order of keys.

        Raises:
            DataError: the version's manifest is damaged; Kedro wraps it.
        """
        if self.may_be_absent and not self.exists():
            return {}
        path = self._version_read()
        return {key: self._item(key, made, path.parent.name) for key, made in sorted(Manifest.read(path).items.items())}

    def manifest(self) -> Manifest:
        """Return the list of the version's items and of what was quarantined."""
        return Manifest.read(self._version_read())

    def version_to_load(self) -> VersionOf:
        """Return the version that would be loaded.

        Raises:
            DataError: its manifest is damaged.
        """
        return VersionOf.read(self._version_read())

    def sound_versions(self) -> Iterator[VersionOf]:
        """Yield the versions whose manifests can be read, newest first."""
        for path in self._get_versions():
            with suppress(DataError):
                yield VersionOf.read(Path(path))

    def fetch_lists(self) -> None:
        """Bring the lists of all versions into the folder of this machine, where they lie at an address."""
        self._versions.fetch_all()

    def save(self, data: dict[str, Task]) -> None:
        """Run what is not there yet, and seal the version.

        Raises:
            DataError: nothing could be made, too many items failed, the disk is full, or what the tasks are made from
                is not of one ancestry; Kedro wraps it.
        """
        without = resolve(self._without) if self._without else ()
        names = {key: fingerprint(task, self._writer, without) for key, task in sorted(data.items())}
        version = self._version_to_fill(names)
        if version is None:
            return
        ancestry = Ancestry.of(inputs(*data.values()), only_alone=self.stands_alone)
        version.mkdir(parents=True, exist_ok=True)
        self._items.folder.mkdir(parents=True, exist_ok=True)
        sweep(self._items.folder)
        write_plan(version, names)
        self._versions.send(version, PLAN)
        made = self._already_made(names, self._shard.part(names))
        missing = [key for key in self._shard.part(names) if key not in made]
        causes = dict(self._run(data, names, missing, version))
        made |= self._already_made(names, [key for key in names if key not in made and key not in causes])
        if not made and not self._may_be_empty:
            first = next(iter(causes.values()), "the stage before it handed on nothing")
            raise DataError(self.name, f"no {self._unit} could be made", f"the first cause: {first}")
        if len(made) + len(causes) < len(names):
            logger.info("%s: shard %s done, version not sealed yet", self.name, self._shard)
            return
        if self._remote is None:
            for key in made:
                self._link(version, key, self._items.folder / names[key])
        self._versions.join_journals(version)
        sync_tree(version)
        quarantined = tuple(Quarantined(key, cause) for key, cause in sorted(causes.items()))
        Manifest(
            items=made,
            quarantined=quarantined,
            made_from=ancestry.versions,
            ancestry=ancestry.contents,
            journal=journal_mark(version),
            volatile=self._volatile,
            stands_alone=self.stands_alone,
        ).write(version)
        self._versions.send(version, JOURNAL, MANIFEST)
        self._items.release()

    def _version_to_fill(self, names: dict[str, str]) -> Path | None:
        """Return the folder of the version that is to be saved; None where it is complete already, of the same tasks.

        Raises:
            DataError: it is complete, and of other tasks: another command had the same run id.
        """
        version = Path(self._get_versioned_path(self.resolve_save_version() or ""))
        if not self._is_sealed(str(version)):
            return version
        if read_plan(version) == names:
            if Manifest.read(version).quarantined:
                return version  # these are tried again
            logger.info("%s: version %s is complete already", self.name, version.parent.name)
            return None
        raise DataError(
            f"{self.name} {version.parent.name}",
            "is complete, and was made by another command with the same run id from other parameters, code or inputs",
            "give this command a run id of its own (VLN_RUN_ID)",
        )

    def _already_made(self, names: dict[str, str], keys: list[str]) -> dict[str, Made]:
        found = self._items.sound([names[key] for key in keys])
        return {key: Made(names[key], found[names[key]].content(self._volatile)) for key in keys if names[key] in found}

    def _run(
        self, tasks: dict[str, Task], names: dict[str, str], missing: list[str], version: Path
    ) -> Iterator[tuple[str, str]]:
        """Run the missing tasks, journal each, and yield (key, cause) of those that failed."""
        if not missing:
            return
        workers, logs = available_workers(self._workers), None if self._remote else version.parent / LOGS
        if self._remote is not None:
            told = (
                "%s: work in progress, saved states, caches and TensorBoard stay on the machine that works, here in %s"
            )
            logger.info(told, self.name, self._items.folder.parent)
        executor = open_executor(self._executor, workers, self._resources, logs)
        threads = executor.threads(len(missing))
        jobs = [(key, self._job(key, names[key], tasks[key], threads, version)) for key in missing]
        failed = 0
        bar = tqdm(total=len(jobs), desc=f"{self.name:<14}", unit=f" {self._unit}", dynamic_ncols=True)
        with bar, self._versions.journal(version) as journal:
            for outcome in executor.run(jobs):
                _note(journal, outcome, names[outcome.key])
                bar.update()
                if outcome.failure is None:
                    continue
                failed += 1
                bar.write(f"quarantined in {self.name}: {outcome.failure.cause}")
                if outcome.failure.fatal or failed > self._max_failures:
                    raise DataError(
                        f"{self.name}, {outcome.key}",
                        outcome.failure.cause,
                        "" if outcome.failure.fatal else f"more than max_failures={self._max_failures} failed",
                    )
                yield outcome.key, outcome.failure.cause

    def copy_out(self, item: Item, target: Path) -> None:
        """Copy an item into a folder under the names that a version has links under.

        Raises:
            DataError: it is damaged, or not there any more.
        """
        folder = item.folder()
        for part in self._parts(folder):
            copy = target / part.relative_to(folder) / item.key
            if part.is_symlink():  # to another part
                copy.parent.mkdir(parents=True, exist_ok=True)
                led = target / part.resolve().relative_to(folder.resolve()) / item.key
                copy.symlink_to(os.path.relpath(led, copy.parent))
            else:
                left_out = shutil.ignore_patterns(SEAL) if part == folder else None
                shutil.copytree(part, copy, symlinks=True, ignore=left_out)
        self._items.release()

    def _parts(self, item: Path) -> Iterator[Path]:
        """Yield an item's folder, or the folders in it that are wanted group by group."""
        yield from filter(Path.is_dir, item.glob("/".join("*" * self._group_depth)) if self._group_depth else [item])

    def _link(self, version: Path, key: str, item: Path) -> None:
        """Link an item, or the folders in it that are wanted group by group, by its key."""
        for folder in self._parts(item):
            link = version / folder.relative_to(item) / key
            link.parent.mkdir(parents=True, exist_ok=True)
            replace_link(link, os.path.relpath(folder, link.parent.resolve()))

    def _job(self, key: str, name: str, task: Task, threads: int, version: Path) -> Job:
        parents = {f"{item.store}/{item.key}": item.content for item in inputs(task)}
        job = ItemJob(key, name, task, self._items, self._writer, self._cache, threads, parents, self._twin)
        if self._remote is not None and self._executor == "ray":
            return LoggedJob(job, self._remote.bucket, f"{version.parent.name}/{LOGS}/{key}.log")
        return job

    def _item(self, key: str, made: Made, version: str) -> Item:
        folder = self._items.folder / made.fingerprint
        return Item(
            key, made.content, folder, self._reader, self.name, version, self._volatile, THIS_COMMAND, self._remote
        )

    def _items_at(self, store: str) -> LocalItems | RemoteItems:
        return RemoteItems(store, self._copies) if is_address(store) else LocalItems(Path(store).resolve() / ITEMS)

    def _get_versions(self) -> list[str]:
        """Return the folders of all complete versions, newest first; Kedro's would take an error for no versions."""
        folders = [str(self._get_versioned_path(run)) for run in sorted(self._versions.runs(), reverse=True)]
        return [folder for folder in folders if self._is_sealed(folder)]

    def _version_read(self) -> Path:
        """Return the folder of the version to load, with its lists."""
        version = Path(self._get_load_path())
        self._versions.fetch(version, MANIFEST)
        return version

    def _is_sealed(self, version: str) -> bool:
        self._versions.fetch(Path(version), PLAN, MANIFEST)
        return (Path(version) / MANIFEST).is_file()

    def _exists(self) -> bool:
        return self._is_sealed(str(self._get_load_path()))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version, "executor": self._executor}


def _note(journal: TextIO, outcome: Outcome, name: str) -> None:
    line = {"key": outcome.key, "fingerprint": name, "seconds": round(outcome.seconds, 3), "host": outcome.host}
    if outcome.found:
        line["found"] = True
    if outcome.failure is not None:
        line |= {"cause": outcome.failure.cause, "detail": outcome.failure.detail}
    journal.write(json.dumps(line) + "\n")
    journal.flush()
