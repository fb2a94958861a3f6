"""Falling and not falling: a linear inverted pendulum in pitch and roll.

The model is this project's own; published VLN-PE data come from a physics engine and a learned gait. It is the linear
inverted pendulum (Kajita et al. 2001) under a proportional-derivative controller: with the base at height h, lean q
obeys q'' = -w^2 q - 2 z w q' - a / h + n, where a is the base's acceleration and n white noise that alone keeps up the
standard deviation ``unrest``. A change of speed dv that the controller did not ask for (a wall, a stumble) is an
impulse of q' = -dv / h: feet stop, the body goes on.
"""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.embodiments.embodiment import BalanceConfig

_STEP = 0.01
"""Longest integration step, seconds."""


class Balance:
    """Pitch and roll of one body over time.

    Args:
        config: pendulum and disturbances.
        draw: of the disturbances.

    Attributes:
        lean: (2,) float64 pitch, forwards and down positive, and roll, right side down positive; radians.
    """

    def __init__(self, config: BalanceConfig, draw: np.random.Generator) -> None:
        self.lean = np.zeros(2)
        self._rate = np.zeros(2)
        self._config, self._draw = config, draw
        self._omega = 2 * math.pi * config.frequency
        # Stationary variance of the damped oscillator under white noise of density S: S / (4 z w^3).
        self._noise = math.radians(config.unrest) * math.sqrt(4 * config.damping * self._omega**3)

    def push(self, change: NDArray[np.float64]) -> None:
        """Take an impulse.

        Args:
            change: (2,) sudden change of the base's speed, forwards and to the left, m/s.
        """
        self._rate += np.array([-change[0], change[1]]) / self._config.height

    def advance(self, time: float, acceleration: NDArray[np.float64]) -> None:
        """Let time pass.

        Args:
            time: seconds.
            acceleration: (2,) of the base, forwards and to the left, m/s^2.
        """
        count = math.ceil(time / _STEP)
        step, omega, damping = time / count, self._omega, self._config.damping
        drive = np.array([-acceleration[0], acceleration[1]]) / self._config.height
        noise = self._noise * math.sqrt(step) * self._draw.standard_normal((count, 2))
        for n in range(count):  # semi-implicit Euler: stable where omega * step is small, and it does not gain energy
            self._rate += step * (drive - omega**2 * self.lean - 2 * damping * omega * self._rate) + noise[n]
            self.lean = self.lean + step * self._rate

    def fallen(self, pitch: float, roll: float, lift: float) -> bool:
        """Tell whether a posture counts as a fall.

        Args:
            pitch: of the body, radians.
            roll: of the body, radians.
            lift: of the base above where it stands, metres.
        """
        config = self._config
        height = (config.height + lift) * math.cos(pitch) * math.cos(roll)
        return (
            abs(roll) > math.radians(config.max_roll)
            or abs(pitch) > math.radians(config.max_pitch)
            or height < config.min_height
        )
