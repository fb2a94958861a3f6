"""All faults."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import clock
import damage
import disks
import kills
from case import Case
from subjects import Subject

_SERIAL = ("executor=serial",)
_POOL = ("executor=processes", "workers=1")
_OWN_PROCESS = all(find_spec(name) is not None for name in ("bpy", "blenderproc"))
# Where Blender is missing, workers draw the frames.
_RENDERER = (
    "rendering.backend=blender",
    "rendering.blender.mode=path",
    "rendering.blender.samples=1",
    "rendering.blender.bounces=0",
    "rendering.blender.denoise=none",
) * _OWN_PROCESS


@dataclass(frozen=True)
class Fault:
    """A kind of fault.

    Attributes:
        name: of the row in the table.
        act: disturbs a run and lets it recover.
        datagen: parameters of data generation.
        training: parameters of trainings.
        own: further ones, of the block of the training.
    """

    name: str
    act: Callable[[Case], None]
    datagen: tuple[str, ...] = _SERIAL
    training: tuple[str, ...] = _SERIAL
    own: tuple[str, ...] = ()

    def words(self, subject: Subject) -> tuple[str, ...]:
        """Return the parameters of a run that is disturbed."""
        if not subject.trains:
            return self.datagen
        return (*self.training, *(f"{subject.name}.{word}" for word in self.own))


def deciding(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return those parameters that results depend on; where items and batches are made is none."""
    return tuple(word for word in words if not any(key in word for key in ("executor", "workers")))


FAULTS = (
    Fault("driver killed", kills.driver, _POOL, _POOL, own=("processes=2",)),
    Fault("worker killed", kills.worker, _POOL, _POOL),
    Fault("renderer killed", kills.renderer, (*_POOL, *_RENDERER), _POOL, own=("loader_workers=1",)),
    Fault("rank killed", kills.rank, training=_POOL, own=("processes=2",)),
    Fault("SIGTERM", kills.sigterm, _POOL, _POOL),
    Fault("disk full", disks.full),
    Fault("disk read-only", disks.read_only),
    Fault("power cut", disks.power_cut),
    Fault("bit flips", damage.bit_flip),
    Fault("truncations", damage.truncation),
    Fault("two runs", kills.two_runs),
    Fault("clock set back", clock.set_back),
)
