"""The pipelines that are disturbed, and what is compared of their results."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.export.digest import digest

SAVE_EVERY = 5
STEPS = 30
"""As parameters.yml has them."""


@dataclass(frozen=True)
class Subject:
    """A pipeline.

    Attributes:
        name: of the pipeline.
        store: folder of its result.
    """

    name: str
    store: str

    @property
    def trains(self) -> bool:
        return self.name.startswith("train")

    def result(self, data: Path) -> str:
        """Return a hash of the result of the latest run: the datasets, or weights and losses of a training."""
        version = data / self.store / latest_run(data) / self.store
        if not self.trains:
            return digest(version)
        found = hashlib.sha256()
        for item in sorted(path for path in version.iterdir() if path.is_dir()):
            files = [p for part in ("best", "last") for p in sorted((item / part).rglob("*")) if p.is_file()]
            for path in (*files, item / "log.jsonl"):
                found.update(path.relative_to(version).as_posix().encode() + path.read_bytes())
        return found.hexdigest()

    def progress(self, data: Path) -> int:
        """Return how far the run in a data folder is: finished items, or the last saved step of a training."""
        if not self.trains:
            return len(complete(data))
        states = (data / self.store / "items").glob(".state-*/step-*")
        return max((int(state.name.removeprefix("step-")) for state in states), default=0)


DATAGEN = Subject("datagen", "08_lerobot")
SUBJECTS = (DATAGEN, Subject("train_system1", "10_system1"), Subject("train_system2", "11_system2"))


def latest_run(data: Path) -> str:
    """Return the id of the run that ended last."""
    record = max((data / "runs").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    return str(json.loads(record.read_text())["run_id"])


def complete(data: Path) -> dict[str, tuple[int, int]]:
    """Return what tells a finished item from one that was made again, by the item's path in the data folder."""
    found = {}
    for seal in data.glob("*/items/[!.]*/seal.json"):
        state = seal.stat()
        found[seal.parent.relative_to(data).as_posix()] = (state.st_ino, state.st_ctime_ns)
    return found


def made(data: Path) -> Counter[str]:
    """Return how often each item was made, by the journals of all versions and by the item's path."""
    return Counter(
        f"{path.parent.name}/items/{line['fingerprint']}"
        for path in data.glob("*/[!.]*/*/journal.jsonl")  # not those set aside as damaged
        for line in map(json.loads, path.read_text().splitlines())
        if "cause" not in line and "found" not in line
    )
