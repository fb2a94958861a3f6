"""Jobs for the tests of the executors; in a module of their own, so that spawned workers can import them."""

import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.runtime.executors import Outcome


@dataclass(frozen=True)
class Done:
    key: str

    def __call__(self) -> Outcome:
        return Outcome(self.key, 0.0)


@dataclass(frozen=True)
class Killed:
    key: str

    def __call__(self) -> Outcome:
        os.kill(os.getpid(), signal.SIGKILL)
        return Outcome(self.key, 0.0)


@dataclass(frozen=True)
class DiesIdle:
    """Ends well, and takes its worker down a moment later, when that has nothing to do."""

    key: str

    def __call__(self) -> Outcome:
        threading.Timer(0.3, os._exit, args=(9,)).start()
        return Outcome(self.key, 0.0)


@dataclass(frozen=True)
class Sleeps:
    key: str

    def __call__(self) -> Outcome:
        time.sleep(1.0)
        return Outcome(self.key, 0.0)


@dataclass(frozen=True)
class TellsItsProcess:
    """Writes its process id to a file, then takes long."""

    key: str
    file: Path

    def __call__(self) -> Outcome:
        self.file.write_text(str(os.getpid()))
        time.sleep(60)
        return Outcome(self.key, 0.0)


@dataclass(frozen=True)
class TellsItsStart:
    """Writes to a file what its worker has loaded and been told before the job."""

    key: str
    file: Path

    def __call__(self) -> Outcome:
        told = {"numba": "numba" in sys.modules, "environment": dict(os.environ)}
        self.file.write_text(json.dumps(told))
        return Outcome(self.key, 0.0)
