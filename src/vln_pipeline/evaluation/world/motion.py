"""How a robot moves over a floor without obstacles: unicycle and discrete actions, in closed form."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.config import MotionConfig
from vln_pipeline.planning.trajectory import Action


def arc(yaw: float, distance: float, turn: float) -> NDArray[np.float64]:
    """Return the (2,) displacement of a unicycle that turns evenly while it drives, metres, in the frame of ``yaw``.

    The chord of a circular arc: ``distance * sinc(turn / 2)`` long, in the direction ``yaw + turn / 2``.

    Args:
        yaw: heading at the start, radians.
        distance: length of the arc, metres; negative backwards.
        turn: change of heading, radians.
    """
    half = turn / 2
    chord = distance * (math.sin(half) / half if half else 1.0)
    return chord * np.array([math.cos(yaw + half), math.sin(yaw + half)])


def limited(command: tuple[float, float], current: tuple[float, float], config: MotionConfig) -> tuple[float, float]:
    """Return the speed and turn rate that a robot reaches when told a command.

    Args:
        command: speed, m/s, and turn rate, rad/s.
        current: the same, of the period before.
        config: limits.
    """
    speed = min(max(command[0], -config.max_reverse), config.max_speed)
    rate = min(max(command[1], -config.max_turn_rate), config.max_turn_rate)
    return (
        _reached(speed, current[0], config.acceleration, config.period),
        _reached(rate, current[1], config.turn_acceleration, config.period),
    )


def discrete(action: Action, config: MotionConfig) -> tuple[float, float]:
    """Return the distance, metres, and the turn, radians, of a discrete action."""
    turn = math.radians(config.turn)
    return {Action.FORWARD: (config.forward, 0.0), Action.LEFT: (0.0, turn), Action.RIGHT: (0.0, -turn)}.get(
        action, (0.0, 0.0)
    )


def _reached(wanted: float, current: float, acceleration: float | None, period: float) -> float:
    if acceleration is None:
        return wanted
    change = acceleration * period
    return min(max(wanted, current - change), current + change)
