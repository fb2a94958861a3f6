"""What a robot does after it touched something, whatever its policy: back off a little and turn."""

import math
from collections import deque

import numpy as np

from vln_pipeline.evaluation.system1.drive_config import DriveConfig


class Recovery:
    """A manoeuvre that is carried out once begun; plans wait for its end.

    Args:
        config: distances, angles and limits of motion.
        rng: draws the side to turn to.
    """

    def __init__(self, config: DriveConfig, rng: np.random.Generator) -> None:
        self._config, self._rng = config, rng
        self._commands: deque[tuple[float, float]] = deque()

    @property
    def running(self) -> bool:
        """Whether there is more of the manoeuvre to come."""
        return bool(self._commands)

    def begin(self) -> None:
        """Start the manoeuvre; one that is running goes on."""
        if self._commands:
            return
        motion = self._config.motion
        side = 1.0 if self._rng.random() < 0.5 else -1.0
        if motion.max_reverse:
            backwards = _even(self._config.back_off, motion.max_reverse, motion.period)
            self._commands.extend((-speed, 0.0) for speed in backwards)
        turn = _even(math.radians(self._config.back_off_turn), motion.max_turn_rate, motion.period)
        self._commands.extend((0.0, side * rate) for rate in turn)

    def command(self) -> tuple[float, float]:
        """Return the next speed, m/s, and turn rate, rad/s."""
        return self._commands.popleft()


def _even(amount: float, fastest: float, period: float) -> list[float]:
    """Return equal rates, one per period, that add up to an amount and are never above the fastest."""
    steps = math.ceil(amount / (fastest * period))
    return [amount / (steps * period)] * steps
