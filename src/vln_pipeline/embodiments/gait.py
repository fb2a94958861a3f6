"""The rhythm of steps: how a body on legs rises, nods and rocks while it walks."""

import math
from dataclasses import dataclass

from vln_pipeline.embodiments.embodiment import GaitConfig

_SETTLING = 0.2
"""Time in which a body falls into step, and out of it, seconds."""


@dataclass(frozen=True)
class Offsets:
    """What the gait adds to the posture.

    Attributes:
        lift: metres.
        pitch: radians, forwards and down positive.
        roll: radians, right side down positive.
    """

    lift: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


class Gait:
    """One body's steps.

    The body rises and nods twice a cycle, once for each leg, and rocks once. Amplitudes grow with the share of the full
    stride, since a robot that inches forward hardly bobs.

    Args:
        config: None for wheels.
        phase: where in its cycle the body starts, cycles.
    """

    def __init__(self, config: GaitConfig | None, phase: float) -> None:
        self._config, self._phase, self._stride = config, phase, 0.0

    def advance(self, time: float, distance: float, turn: float, full: tuple[float, float]) -> Offsets:
        """Return the offsets after a stretch of motion.

        Args:
            time: that it took, seconds.
            distance: that was driven, metres.
            turn: that was made, radians.
            full: speed, m/s, and turn rate, rad/s, at full stride.
        """
        config = self._config
        if config is None:
            return Offsets()
        self._phase += max(abs(distance) / config.cycle, abs(turn) / math.radians(config.cycle_turn))
        wanted = min(1.0, abs(distance) / (full[0] * time) + abs(turn) / (full[1] * time))
        self._stride += (wanted - self._stride) * (1 - math.exp(-time / _SETTLING))
        cycle = 2 * math.pi * self._phase
        return Offsets(
            lift=self._stride * config.bob * math.sin(2 * cycle),
            pitch=self._stride * math.radians(config.lean + config.pitch * math.cos(2 * cycle)),
            roll=self._stride * math.radians(config.roll) * math.sin(cycle),
        )
