"""What a run did, as one JSON file per run."""

import itertools
import os
import subprocess
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from vln_pipeline import __version__
from vln_pipeline.durable import checked_text, read_checked, sync, write_checked
from vln_pipeline.errors import DataError
from vln_pipeline.object_storage.bucket import Bucket
from vln_pipeline.redaction import without_secrets

RECORDS = "runs"
"""Folder of the records among the stores."""
RUNS = "has not ended: it still runs, or it was killed"


@dataclass
class RunRecord:
    """A run's parameters, versions and times.

    Attributes:
        run_id: Kedro's session id, also the id of the versions written.
        pipelines: what was asked for.
        command: as it was typed; the same command goes on where the run ended.
        parameters: all parameters of the run.
        version: of this package.
        commit: git commit of the project, with "+" where files were changed; empty outside a repository.
        read: version id by dataset, of what older runs had made.
        written: version id by dataset.
        made_from: for each dataset written, version id by store of what it descends from.
        stores: for each dataset that was completed, the name of its store's folder.
        seconds: wall time by stage.
        made: number of items by dataset.
        quarantined: causes by item key, by dataset.
        accounts: what became of the episodes of a conversion, by dataset.
        error: why the run ended early; empty when it did not, and ``RUNS`` until it has ended.
    """

    run_id: str
    pipelines: list[str]
    parameters: dict[str, Any]
    command: str = ""
    version: str = __version__
    commit: str = ""
    read: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    made_from: dict[str, dict[str, str]] = field(default_factory=dict)
    stores: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    quarantined: dict[str, dict[str, str]] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    error: str = RUNS

    def write(self, directory: Path) -> Path:
        """Write ``<directory>/<run id>.json``, without passwords and keys, and return its path.

        Several commands with one run id have numbers.
        """
        directory.mkdir(parents=True, exist_ok=True)
        # Written whole under a hidden name, then given the first free one: a crash leaves no empty record.
        draft = directory / f".{self.run_id}.{os.getpid()}.draft"
        try:
            write_checked(draft, without_secrets(asdict(self)))
            for number in itertools.count(1):
                path = directory / (f"{self.run_id}.json" if number == 1 else f"{self.run_id}.{number}.json")
                with suppress(FileExistsError):
                    os.link(draft, path)
                    break
        finally:
            draft.unlink(missing_ok=True)
        sync(directory)
        return path

    def write_at(self, bucket: Bucket) -> str:
        """Put the record at an address, as ``write`` does in a folder, and return its name."""
        for number in itertools.count(1):
            name = f"{self.run_id}.json" if number == 1 else f"{self.run_id}.{number}.json"
            if bucket.create(name, self._text().encode()):
                return name
        raise AssertionError("numbers do not end")

    def _text(self) -> str:
        return checked_text(without_secrets(asdict(self)))

    def write_again_at(self, bucket: Bucket, name: str) -> None:
        """Replace what ``write_at`` put there."""
        bucket.write(name, self._text().encode())

    def write_again(self, path: Path) -> None:
        """Replace what ``write`` wrote."""
        write_checked(path, without_secrets(asdict(self)))


def read_records(directory: Path) -> list[dict[str, Any]]:
    """Return the records of all runs, the oldest first; damaged ones, which ``fsck`` names, are left out."""
    found = []
    for path in sorted(directory.glob("*.json")):
        with suppress(DataError):
            found.append(read_record(path))
    return found


def read_record(path: Path) -> dict[str, Any]:
    """Return the record of a run.

    Raises:
        DataError: it is damaged, or that of another run.
    """
    record = read_checked(path)
    run_id = record.get("run_id")
    if not isinstance(run_id, str) or not path.name.startswith(f"{run_id}."):
        raise DataError(str(path), f"is not the record of this run, but of {run_id or 'none'}")
    return record


def fetch_records(bucket: Bucket, directory: Path) -> None:
    """Bring the records of all runs from an address into a folder."""
    for name in bucket.children():
        if name.endswith(".json"):
            bucket.fetch(name, directory / name)


def git_commit(project: Path) -> str:
    """Return the project's commit, "+" appended where tracked files were changed; "" outside a repository."""
    try:
        commit = _git(project, "rev-parse", "HEAD")
        return commit + ("+" if _git(project, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return ""


def _git(project: Path, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(project), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()
