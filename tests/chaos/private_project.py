"""A copy of the project that a chaos session runs, so that edits meanwhile change no fingerprint."""

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
PATIENCE = 900.0
"""Seconds after which a command counts as hanging; two run at a time, on what may be a slow machine."""
_BIN = Path(sys.executable).parent


@dataclass
class Attempt:
    """One command that was started.

    Attributes:
        process: its first process.
        log: file with all that it and its children print.
        seen: every process that was ever found below it.
    """

    process: subprocess.Popen
    log: Path
    seen: dict[int, psutil.Process] = field(default_factory=dict)

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait(self) -> int:
        """Return the exit code."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            self.clear()
            raise AssertionError(f"hangs: {' '.join(map(str, self.process.args))}\n{self.output()[-2000:]}") from error

    def family(self) -> list[psutil.Process]:
        """Return the processes below it that live now."""
        try:
            found = psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        self.seen |= {process.pid: process for process in found}
        return found

    def left_over(self, seconds: float) -> list[str]:
        """Return what still runs of it after some seconds at most, once its first process has ended."""
        deadline = time.monotonic() + seconds
        while (alive := [p for p in self.seen.values() if _lives(p)]) and time.monotonic() < deadline:
            time.sleep(0.1)
        return [f"{p.pid} {_told(p)}" for p in alive]

    def pause(self) -> None:
        """Stop all of it where it is."""
        for process in (psutil.Process(self.process.pid), *self.family()):
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def clear(self) -> None:
        """Kill what is left of it."""
        self.family()
        for process in (self.process, *(p for p in self.seen.values() if _lives(p))):
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                process.kill()
        self.process.wait()


class Project:
    """The copy.

    Args:
        folder: where it is made.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("conf", "src"):
            shutil.copytree(ROOT / name, folder / name)  # with the compiled functions beside the source
        for name in ("pyproject.toml", "kedro.yml"):
            shutil.copy(ROOT / name, folder / name)
        (folder / "conf" / "chaos").mkdir()
        shutil.copy(Path(__file__).with_name("parameters.yml"), folder / "conf" / "chaos")

    def start(self, data: Path, words: list[str], log: Path, **variables: str) -> Attempt:
        """Start ``kedro`` or ``vln-pipeline`` as a user does, with all stores in a folder of its own."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(self.folder / "src"),
            "VLN_DATA": str(data),
            "KEDRO_DISABLE_TELEMETRY": "1",
            **variables,
        }
        program, *rest = words
        with log.open("ab") as file:
            process = subprocess.Popen(
                [str(_BIN / program), *rest],
                cwd=self.folder,
                env=environment,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Attempt(process, log)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _told(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())[:160]
    except psutil.Error:
        return "?"
