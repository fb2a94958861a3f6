"""Undisturbed runs, each made once a session and then compared with and copied from."""

import threading
import time
from collections import defaultdict
from pathlib import Path

from case import Reference, copy_tree, run_words
from private_project import Project
from subjects import DATAGEN, Subject, complete


class Undisturbed:
    """Makes them when they are first asked for; several threads may ask.

    Args:
        project: that is run.
        folder: for their data.
    """

    def __init__(self, project: Project, folder: Path) -> None:
        self.project, self.folder = project, folder
        self._made: dict[tuple, Reference] = {}
        self._locks: dict[tuple, threading.Lock] = defaultdict(threading.Lock)

    def base(self, subject: Subject, seed: int, words: tuple[str, ...]) -> Path | None:
        """Return the data folder that a run starts from: whatever does not depend on its own parameters is made."""
        return self.run(DATAGEN, seed).data if subject.trains or words else None

    def run(self, subject: Subject, seed: int, words: tuple[str, ...] = ()) -> Reference:
        """Return a run.

        Args:
            subject: the pipeline.
            seed: of the run.
            words: parameters that decide its result, beside those of parameters.yml.
        """
        key = (subject.name, seed, words)
        with self._locks[key]:
            if key not in self._made:
                self._made[key] = self._run(subject, seed, words)
            return self._made[key]

    def _run(self, subject: Subject, seed: int, words: tuple[str, ...]) -> Reference:
        data = self.folder / f"{subject.name}-{seed}-{len(words)}"
        base = self.base(subject, seed, words)
        if base is not None:
            copy_tree(base, data)
        started = time.monotonic()
        attempt = self.project.start(
            data, run_words(subject.name, seed, ("executor=serial", *words)), data.with_suffix(".log")
        )
        assert attempt.wait() == 0, f"undisturbed {subject.name} failed\n{attempt.output()[-3000:]}"
        return Reference(data, subject.result(data), len(complete(data)), time.monotonic() - started)
