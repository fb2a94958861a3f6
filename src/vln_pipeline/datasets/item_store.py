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
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from kedro.io.core import AbstractVersionedDataset, Version
from tqdm import tqdm

from vln_pipeline.datasets.ancestry import Ancestry, VersionOf
from vln_pipeline.datasets.compared import THIS_COMMAND
from vln_pipeline.datasets.item import Item, Task, resolve
from vln_pipeline.datasets.job import ItemJob, sound_item, sweep
from vln_pipeline.datasets.manifest import (
    JOURNAL,
    MANIFEST,
    Made,
    Manifest,
    Quarantined,
    journal_mark,
    read_plan,
    write_plan,
)
from vln_pipeline.durable import replace_link, sync_tree
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors import Outcome, Resources, available_workers, open_executor
from vln_pipeline.runtime.fingerprint import fingerprint, inputs
from vln_pipeline.runtime.shard import Shard

ITEMS, LOGS = "items", "logs"

logger = logging.getLogger(__name__)


class ItemStore(AbstractVersionedDataset[dict[str, Task], dict[str, Item]]):
    """Saves tasks by running them, loads handles on their results.

    A task whose fingerprint (function, code, parameters, inputs) was finished before, by any run, is not run again:
    a version only refers to it. So an interrupted run goes on where it stopped, and large results are never copied.

    Args:
        filepath: the store's folder.
        reader: dotted name of the function that reads an item's folder.
        writer: dotted name of the function ``(value, folder)`` that writes what a task returns; without one a task
            writes into ``Workplace.directory`` by itself.
        without: dotted name of a mapping of modules whose source does not decide the results, though the tasks import
            them, to the reason; nothing is left out by default.
        volatile: patterns of an item's files that differ from run to run (times, for instance), and so say nothing
            about whether two items are the same.
        stands_alone: whether what is made here is used with data that it was not made from, as a trained model is; so
            its own data do not count when versions are asked whether they go together.
        twin: folder of another store with some of the same tasks; what is finished there is copied, not made again.
        executor: serial, processes or ray.
        workers: number of workers, or "auto".
        ray: what each task asks a Ray cluster for, see ``Resources``.
        shard: "i/n" to run only every n-th task, from the i-th (0-based).
        max_failures: the run stops when more items than this fail.
        cache: folder shared by all runs, see ``Workplace.cache``.
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
        super().__init__(PurePosixPath(filepath), version, exists_function=_is_sealed)
        self.metadata = metadata
        self._reader, self._writer, self._without = reader, writer, without
        self._volatile, self.stands_alone = tuple(volatile or ()), stands_alone
        self._twin = None if twin is None else Path(twin).resolve() / ITEMS
        self._cache, self._executor, self._workers = Path(cache).resolve(), executor, workers
        self._resources = Resources.model_validate(ray or {})
        self._shard = Shard.parse(shard)
        self._may_be_empty, self._may_be_absent = may_be_empty, may_be_absent
        self._max_failures, self._unit, self._group_depth = max_failures, unit, group_depth

    @property
    def name(self) -> str:
        """Name of the store's folder, by which other stores know it."""
        return self._filepath.name

    def load(self) -> dict[str, Item]:
        """Return a handle per item of the version, by key, in order of keys.

        Raises:
            DataError: the version's manifest is damaged; Kedro wraps it.
        """
        if self._may_be_absent and not self.exists():
            return {}
        path = Path(self._get_load_path())
        return {key: self._item(key, made, path.parent.name) for key, made in sorted(Manifest.read(path).items.items())}

    def manifest(self) -> Manifest:
        """Return the list of the version's items and of what was quarantined."""
        return Manifest.read(Path(self._get_load_path()))

    def version_to_load(self) -> VersionOf:
        """Return the version that would be loaded.

        Raises:
            DataError: its manifest is damaged.
        """
        return VersionOf.read(Path(self._get_load_path()))

    def sound_versions(self) -> Iterator[VersionOf]:
        """Yield the versions whose manifests can be read, newest first."""
        for path in self._get_versions():
            with suppress(DataError):
                yield VersionOf.read(Path(path))

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
        self._items.mkdir(parents=True, exist_ok=True)
        sweep(self._items)
        write_plan(version, names)
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
        for key in made:
            self._link(version, key, self._items / names[key])
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

    def _version_to_fill(self, names: dict[str, str]) -> Path | None:
        """Return the folder of the version that is to be saved; None where it is complete already, of the same tasks.

        Raises:
            DataError: it is complete, and of other tasks: another command had the same run id.
        """
        version = Path(self._get_versioned_path(self.resolve_save_version() or ""))
        if not _is_sealed(str(version)):
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
        found = ((key, sound_item(self._items, names[key])) for key in keys)
        return {key: Made(names[key], seal.content(self._volatile)) for key, seal in found if seal is not None}

    def _run(
        self, tasks: dict[str, Task], names: dict[str, str], missing: list[str], version: Path
    ) -> Iterator[tuple[str, str]]:
        """Run the missing tasks, journal each, and yield (key, cause) of those that failed."""
        if not missing:
            return
        workers, logs = available_workers(self._workers), version.parent / LOGS
        executor = open_executor(self._executor, workers, self._resources, logs)
        threads = executor.threads(len(missing))
        jobs = [(key, self._job(key, names[key], tasks[key], threads)) for key in missing]
        failed = 0
        bar = tqdm(total=len(jobs), desc=f"{self.name:<14}", unit=f" {self._unit}", dynamic_ncols=True)
        with bar, (version / JOURNAL).open("a") as journal:
            for outcome in executor.run(jobs):
                _journal(journal, outcome, names[outcome.key])
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

    def _link(self, version: Path, key: str, item: Path) -> None:
        """Link an item, or the folders in it that are wanted group by group, by its key."""
        folders = item.glob("/".join("*" * self._group_depth)) if self._group_depth else [item]
        for folder in filter(Path.is_dir, folders):
            link = version / folder.relative_to(item) / key
            link.parent.mkdir(parents=True, exist_ok=True)
            replace_link(link, os.path.relpath(folder, link.parent.resolve()))

    def _job(self, key: str, name: str, task: Task, threads: int) -> ItemJob:
        parents = {f"{item.store}/{item.key}": item.content for item in inputs(task)}
        return ItemJob(key, name, task, self._items, self._writer, self._cache, threads, parents, self._twin)

    def _item(self, key: str, made: Made, version: str) -> Item:
        folder = self._items / made.fingerprint
        return Item(key, made.content, folder, self._reader, self.name, version, self._volatile, THIS_COMMAND)

    @property
    def _items(self) -> Path:
        return Path(self._filepath).resolve() / ITEMS

    def _exists(self) -> bool:
        return _is_sealed(str(self._get_load_path()))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version, "executor": self._executor}


def _is_sealed(version: str) -> bool:
    return (Path(version) / MANIFEST).is_file()


def _journal(journal: TextIO, outcome: Outcome, name: str) -> None:
    line = {"key": outcome.key, "fingerprint": name, "seconds": round(outcome.seconds, 3), "host": outcome.host}
    if outcome.found:
        line["found"] = True
    if outcome.failure is not None:
        line |= {"cause": outcome.failure.cause, "detail": outcome.failure.detail}
    journal.write(json.dumps(line) + "\n")
    journal.flush()
