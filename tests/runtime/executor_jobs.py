"""Jobs for the tests of the executors; in a module of their own, so that spawned workers can import them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from vln_pipeline.runtime.executors import Failure, Outcome


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
class EndsTheProcess:
    """Does what a library does that finds no device."""

    key: str

    def __call__(self) -> Outcome:
        os._exit(1)


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


@dataclass(frozen=True)
class TellsItsNode:
    """Writes to a file on which node of a Ray cluster it is, and what it has of it."""

    key: str
    file: Path

    def __call__(self) -> Outcome:
        import ray

        context = ray.get_runtime_context()
        has = {name: amount for name, amount in context.get_assigned_resources().items() if ":" not in name}
        told = {"node": context.get_node_id(), "has": has, "threads": os.environ["NUMBA_NUM_THREADS"]}
        self.file.write_text(json.dumps(told))
        return Outcome(self.key, 0.0)


@dataclass(frozen=True)
class FailsOn:
    """Fails on one node of a Ray cluster, or on each where none is named, and writes down where it was."""

    key: str
    file: Path
    node: str

    def __call__(self) -> Outcome:
        import ray

        here = ray.get_runtime_context().get_node_id()
        with self.file.open("a") as file:
            file.write(f"{here}\n")
        return Outcome(self.key, 0.0, Failure(f"{self.key}: this node is broken") if self.node in ("", here) else None)


@dataclass(frozen=True)
class Prints:
    """Prints by itself and by a program that it starts."""

    key: str

    def __call__(self) -> Outcome:
        sys.stdout.write("from Python\n")
        sys.stdout.flush()
        subprocess.run(["echo", "from a program"], check=True)
        return Outcome(self.key, 0.0)


@dataclass(frozen=True)
class NeverEndsOn:
    """Never ends on one node of a Ray cluster, and says that it is there; on others it ends after that."""

    key: str
    told: Path
    node: str

    def __call__(self) -> Outcome:
        import ray

        if ray.get_runtime_context().get_node_id() == self.node:
            self.told.touch()
            time.sleep(600)
        while not self.told.exists():
            time.sleep(0.05)
        return Outcome(self.key, 0.0)
