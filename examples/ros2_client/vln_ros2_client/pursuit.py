"""Pure pursuit (Coulter 1992) of a path in the frame of odometry."""

import math
from dataclasses import dataclass

import numpy as np

from vln_ros2_client.planar import into


@dataclass(frozen=True)
class Limits:
    """What the robot may do: m/s, rad/s, metres and radians."""

    speed: float = 0.4
    turn_rate: float = 0.8
    look_ahead: float = 0.3
    turn_in_place: float = 0.7
    arrived: float = 0.08
    facing: float = 0.05
    braking: float = 0.4
    """m/s^2 with which it slows down before the end."""


def along(path, pose, limits):
    """Return speed and turn rate along (K, 2) points in the frame of odometry, from the one nearest to the robot on."""
    here = np.asarray(pose[:2])
    if not len(path) or np.hypot(*(path[-1] - here)) < limits.arrived:
        return 0.0, 0.0
    at, nearest = _nearest(path, here)
    left = np.concatenate([[nearest], path[at + 1 :]])
    lengths = np.hypot(*np.diff(left, axis=0).T)
    reached = np.concatenate([[0.0], np.cumsum(lengths)])
    aim = [np.interp(limits.look_ahead, reached, left[:, axis]) for axis in (0, 1)]
    [(x, y)] = into(pose, aim)
    apart = math.hypot(x, y)
    if apart < limits.arrived / 2:
        return 0.0, 0.0
    bearing = math.atan2(y, x)
    if abs(bearing) > limits.turn_in_place:
        return 0.0, math.copysign(min(limits.turn_rate, 2 * abs(bearing)), bearing)
    curvature = 2 * y / apart**2
    speed = min(limits.speed, math.sqrt(2 * limits.braking * max(float(reached[-1]), 0.01)))
    if abs(curvature) * speed > limits.turn_rate:
        speed = limits.turn_rate / abs(curvature)
    return speed, speed * curvature


def towards(bearing, limits):
    """Return speed and turn rate that face a bearing, radians, in place."""
    if abs(bearing) < limits.facing:
        return 0.0, 0.0
    return 0.0, math.copysign(min(limits.turn_rate, 2 * abs(bearing)), bearing)


def _nearest(path, here):
    """Return the number of the piece of the path that is nearest to a place, and the nearest point on it."""
    if len(path) == 1:
        return 0, path[0]
    starts, spans = path[:-1], np.diff(path, axis=0)
    squares = np.maximum((spans**2).sum(axis=1), 1e-12)
    shares = np.clip(((here - starts) * spans).sum(axis=1) / squares, 0, 1)
    points = starts + shares[:, None] * spans
    at = int(np.argmin(np.hypot(*(points - here).T)))
    return at, points[at]
