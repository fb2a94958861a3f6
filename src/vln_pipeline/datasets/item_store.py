"""A versioned store of work items that makes what it is asked to keep.

::

    <filepath>/
      items/<fingerprint>/...                written once, shared by all versions
      <run id>/<name>/[<group>/]<key>        link to the item, for people and other programs
      <run id>/<name>/manifest.json          key -> fingerprint; present when the version is complete
      <run id>/<name>/journal.jsonl          one line per item: key, fingerprint, seconds, host, cause of failure
"""

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, TextIO

from kedro.io.core import AbstractVersionedDataset, Version
from tqdm import tqdm

from vln_pipeline.datasets.item import Item, Task
from vln_pipeline.datasets.job import ItemJob, is_complete, sweep
from vln_pipeline.datasets.manifest import JOURNAL, MANIFEST, Manifest, Quarantined
from vln_pipeline.errors import DataError
from vln_pipeline.runtime.executors import Outcome, available_workers, open_executor
from vln_pipeline.runtime.fingerprint import fingerprint
from vln_pipeline.runtime.shard import Shard

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
        code: packages whose source decides the results.
        executor: serial, processes or ray.
        workers: number of workers, or "auto".
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
        code: list[str],
        writer: str | None = None,
        executor: str = "processes",
        workers: int | str = "auto",
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
        self._reader, self._writer, self._code = reader, writer, tuple(code)
        self._cache, self._executor, self._workers = Path(cache).resolve(), executor, workers
        self._shard = Shard.parse(shard)
        self._may_be_empty, self._may_be_absent = may_be_empty, may_be_absent
        self._max_failures, self._unit, self._group_depth = max_failures, unit, group_depth

    def load(self) -> dict[str, Item]:
        """Return a handle per item of the version, by key, in order of keys."""
        if self._may_be_absent and not self.exists():
            return {}
        manifest = self.manifest()
        return {key: self._item(key, name) for key, name in sorted(manifest.items.items())}

    def manifest(self) -> Manifest:
        """Return the list of the version's items and of what was quarantined."""
        return Manifest.read(Path(self._get_load_path()))

    def unreferenced(self) -> list[Path]:
        """Return the folders of items that no complete version refers to."""
        kept = {name for path in self._get_versions() for name in Manifest.read(Path(path)).items.values()}
        return sorted(folder for folder in self._items.glob("*") if folder.name not in kept)

    def save(self, data: dict[str, Task]) -> None:
        """Run what is not there yet, and seal the version.

        Raises:
            DataError: nothing could be made, too many items failed, or the disk is full; Kedro wraps it.
        """
        version = Path(self._get_save_path())
        version.mkdir(parents=True, exist_ok=True)
        self._items.mkdir(parents=True, exist_ok=True)
        sweep(self._items)
        names = {key: fingerprint(task, self._code) for key, task in sorted(data.items())}
        missing = [key for key in self._shard.part(names) if not is_complete(self._items, names[key])]
        if len(missing) < len(names):
            logger.info("%s: %d of %d already made", self._filepath.name, len(names) - len(missing), len(names))
        causes = dict(self._run(data, names, missing, version))
        made = {key: name for key, name in names.items() if is_complete(self._items, name)}
        if not made and not self._may_be_empty:
            first = next(iter(causes.values()), "the stage before it handed on nothing")
            raise DataError(self._filepath.name, f"no {self._unit} could be made", f"the first cause: {first}")
        if len(made) + len(causes) < len(names):
            logger.info("%s: shard %s done, version not sealed yet", self._filepath.name, self._shard)
            return
        for key, name in made.items():
            self._link(version, key, self._items / name)
        Manifest(made, tuple(Quarantined(k, c) for k, c in sorted(causes.items()))).write(version)

    def _run(
        self, tasks: dict[str, Task], names: dict[str, str], missing: list[str], version: Path
    ) -> Iterator[tuple[str, str]]:
        """Run the missing tasks, journal each, and yield (key, cause) of those that failed."""
        if not missing:
            return
        workers = min(available_workers(self._workers), len(missing)) if self._executor != "serial" else 1
        threads = max(1, available_workers("auto") // workers)
        jobs = [
            (key, ItemJob(key, names[key], tasks[key], self._items, self._writer, self._cache, threads))
            for key in missing
        ]
        failed = 0
        bar = tqdm(total=len(jobs), desc=f"{self._filepath.name:<14}", unit=f" {self._unit}", dynamic_ncols=True)
        with bar, (version / JOURNAL).open("a") as journal:
            for outcome in open_executor(self._executor, workers).run(jobs):
                _journal(journal, outcome, names[outcome.key])
                bar.update()
                if outcome.failure is None:
                    continue
                failed += 1
                bar.write(f"quarantined in {self._filepath.name}: {outcome.failure.cause}")
                if outcome.failure.fatal or failed > self._max_failures:
                    raise DataError(
                        f"{self._filepath.name}, {outcome.key}",
                        outcome.failure.cause,
                        "" if outcome.failure.fatal else f"more than max_failures={self._max_failures} failed",
                    )
                yield outcome.key, outcome.failure.cause

    def _link(self, version: Path, key: str, item: Path) -> None:
        """Link an item, or the folders in it that are wanted group by group, by its key."""
        for folder in item.glob("/".join("*" * self._group_depth)) if self._group_depth else [item]:
            link = version / folder.relative_to(item) / key
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            link.symlink_to(os.path.relpath(folder, link.parent.resolve()))

    def _item(self, key: str, name: str) -> Item:
        return Item(key, name, self._items / name, self._reader)

    @property
    def _items(self) -> Path:
        return Path(self._filepath).resolve() / "items"

    def _exists(self) -> bool:
        return _is_sealed(str(self._get_load_path()))

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "version": self._version, "executor": self._executor}


def _is_sealed(version: str) -> bool:
    return (Path(version) / MANIFEST).is_file()


def _journal(journal: TextIO, outcome: Outcome, name: str) -> None:
    line = {"key": outcome.key, "fingerprint": name, "seconds": round(outcome.seconds, 3), "host": outcome.host}
    if outcome.failure is not None:
        line |= {"cause": outcome.failure.cause, "detail": outcome.failure.detail}
    journal.write(json.dumps(line) + "\n")
    journal.flush()
