"""Jobs for the tests of the executors; in a module of their own, so that spawned workers can import them."""

import os
import signal
from dataclasses import dataclass

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
