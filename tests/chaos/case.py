"""One fault in one pipeline, and what must be so afterwards."""

import random
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from private_project import PATIENCE, Attempt, Project
from subjects import SAVE_EVERY, STEPS, Subject, complete

from vln_pipeline.datasets.soundness import damages, sealed_wholes

_GRACE = 20.0
"""Seconds in which the processes of a killed run must end."""


@dataclass(frozen=True)
class Reference:
    """An undisturbed run.

    Attributes:
        data: its data folder; read only.
        result: hash of its result.
        items: how many there are.
        seconds: it took.
    """

    data: Path
    result: str
    items: int
    seconds: float


@dataclass
class Case:
    """A pipeline that is disturbed once and then run again.

    Attributes:
        subject: the pipeline.
        seed: of the run, and of when and where it is disturbed.
        project: that is run.
        folder: of the case.
        base: data folder that the run starts from.
        reference: what comes out undisturbed.
        words: parameters beside those of parameters.yml.
        draw: decides when and where.
        told: what happened, for whoever reads of a failure.
    """

    subject: Subject
    seed: int
    project: Project
    folder: Path
    base: Path | None
    reference: Reference
    words: tuple[str, ...]
    draw: random.Random
    told: list[str] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def fill(self, base: Path | None = None) -> None:
        """Put what the run starts from into the data folder."""
        if (base := base or self.base) is not None:
            copy_tree(base, self.data)

    def start(self, *, words: tuple[str, ...] = (), pipelines: str | None = None, **variables: str) -> Attempt:
        """Start the command."""
        told = run_words(pipelines or self.subject.name, self.seed, (*self.words, *words))
        return self._start(told, variables)

    def tool(self, *words: str) -> tuple[int, str]:
        """Run a command of ``vln-pipeline`` and return its exit code and what it says."""
        attempt = self._start(["vln-pipeline", *words], {})
        code = attempt.wait()
        self.told.append(f"{' '.join(words)}: exit code {code}")
        assert "Traceback" not in attempt.output(), self.story(attempt)
        return code, attempt.output()

    def _start(self, words: list[str], variables: dict[str, str]) -> Attempt:
        log = self.folder / f"{len(self.attempts)}.log"
        attempt = self.project.start(self.data, words, log, **{**self.environment, **variables})
        self.attempts.append(attempt)
        return attempt

    def moment(self, attempt: Attempt, least: float = 0.0, most: float = 1.0) -> None:
        """Wait until the run has come to a drawn point between two shares of its way."""
        if self.subject.trains:
            saved = STEPS // SAVE_EVERY  # the last one is no point: nothing is left to do after it
            target = SAVE_EVERY * max(1, round(self.draw.uniform(least, most) * (saved - 1)))
        else:
            target = max(1, min(self.reference.items - 1, round(self.draw.uniform(least, most) * self.reference.items)))
        self.until(attempt, lambda: self.subject.progress(self.data) >= target, f"progress {target}")

    def until(self, attempt: Attempt, true: Callable[[], bool], what: str) -> None:
        """Wait for something while a run goes on."""
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert attempt.process.poll() is None, f"the run ended before {what}\n{self.story(attempt)}"
            assert time.monotonic() < deadline, f"no {what}\n{self.story(attempt)}"
            time.sleep(0.01)
        self.told.append(f"disturbed at {what}")

    def recover(self, *, anew: bool = False) -> str:
        """Run the same command again; it must finish, keep all that was complete, and give the equal result.

        Args:
            anew: whether a training may begin at its first step though a state was saved.

        Returns:
            What it printed.
        """
        kept = complete(self.data)
        saved = self.subject.progress(self.data) if self.subject.trains else 0
        attempt = self.start()
        code = attempt.wait()
        assert code == 0, f"the same command again ended with {code}\n{self.story(attempt)}"
        assert "Traceback" not in attempt.output(), self.story(attempt)
        now = complete(self.data)
        again = [path for path, mark in kept.items() if now.get(path) != mark]
        assert not again, f"made again though complete: {again}\n{self.story(attempt)}"
        result = self.subject.result(self.data)
        assert result == self.reference.result, f"another result than undisturbed\n{self.story(attempt)}"
        if 0 < saved < STEPS and not anew:  # after the last step nothing is left to do
            attempts = len(list((self.data / self.subject.store / "items").glob("[!.]*/tensorboard/*")))
            assert attempts > 1, f"step {saved} was saved, but the training began anew\n{self.story(attempt)}"
        assert not list(self.data.glob("*/items/.part-*")), "half-written folders were left"
        damaged = [damage for whole in sealed_wholes(self.data) for damage in damages(whole)]
        assert not damaged, f"left damaged: {damaged}\n{self.story(attempt)}"
        return attempt.output()

    def finished(self) -> bool:
        """Tell whether all is made, or the last step of a training is saved."""
        return self.subject.progress(self.data) >= (STEPS if self.subject.trains else self.reference.items)

    def require_ended(self) -> None:
        """The processes of every run must end with it."""
        for attempt in self.attempts:
            left = attempt.left_over(_GRACE)
            assert not left, f"outlive their run: {left}"

    def story(self, attempt: Attempt) -> str:
        """Return what happened and the end of what a run printed."""
        return f"{'; '.join(self.told)}\n{attempt.output()[-3000:]}"

    def close(self) -> None:
        for attempt in self.attempts:
            attempt.clear()


def run_words(pipelines: str, seed: int, words: tuple[str, ...]) -> list[str]:
    """Return the command of a run."""
    given = ",".join([f"seed={seed}", *words])
    return ["kedro", "run", "--env=chaos", f"--pipelines={pipelines}", f"--params={given}"]


def copy_tree(source: Path, target: Path) -> None:
    """Copy a data folder; where the file system can, blocks are shared."""
    target.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", f"{source}/.", str(target)], check=True)
    subprocess.run(["sync", "--file-system", str(target)], check=True)  # what a case starts from outlives power cuts


def remove_tree(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
