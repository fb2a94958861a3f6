"""Following a planned path with a unicycle."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.world.config import FollowerConfig, MotionConfig
from vln_pipeline.evaluation.world.planar import into, out_of


class PathFollower:
    """Pure pursuit (Coulter 1992) of a path that is held in the odometry frame until the next one comes.

    The robot steers along the circle through itself, tangent to its heading, and a point some way ahead on the path.
    Where that point lies far off its heading it turns in place first; before the path's end it slows down.

    Args:
        config: look-ahead and thresholds.
        motion: limits and control period.

    Attributes:
        turning: whether the last command was part of a turn in place.
    """

    def __init__(self, config: FollowerConfig, motion: MotionConfig) -> None:
        self._config, self._motion = config, motion
        self.reset()

    def reset(self) -> None:
        """Drop the path."""
        self._path = np.zeros((0, 2))
        self._along = np.zeros(0)
        self._reached = 0.0
        self._face = self.turning = False

    def hold(self, path: NDArray[np.float64], pose: NDArray[np.float64], *, face: bool = False) -> None:
        """Take a new path.

        Args:
            path: (K, 2) waypoints from near to far in the body frame of ``pose``, x forward, y left, metres; the
                robot's own position left out.
            pose: (3,) odometry at the time that the path was planned for.
            face: whether a turn in place goes on until the robot faces the path, not only until it can drive.
        """
        self._face = face
        self._path = out_of(pose, np.concatenate([np.zeros((1, 2)), np.asarray(path, dtype=np.float64).reshape(-1, 2)]))
        pieces = np.linalg.norm(np.diff(self._path, axis=0), axis=1)
        self._along = np.concatenate([[0.0], np.cumsum(pieces)])
        self._reached = 0.0
        self.turning = False

    def command(self, pose: NDArray[np.float64]) -> tuple[float, float]:
        """Return speed, m/s, and turn rate, rad/s, for the next control period; (0, 0) where the path is done.

        Args:
            pose: (3,) odometry now.
        """
        begun, self.turning = self.turning, False
        if not len(self._path) or not self._along[-1]:
            return 0.0, 0.0
        self._reached = self._progress(np.asarray(pose[:2]))
        remaining = float(self._along[-1] - self._reached)
        x, y = into(pose, self._point(self._reached + self._config.look_ahead))
        apart = math.hypot(x, y)
        if max(remaining, apart) < self._config.arrived:
            return 0.0, 0.0
        bearing = math.atan2(y, x)
        motion = self._motion
        limit = self._config.turned if begun and self._face else self._config.turn_in_place
        self.turning = abs(bearing) > math.radians(limit)
        if self.turning:
            return 0.0, _clip(bearing / motion.period, motion.max_turn_rate)
        curvature = 2 * y / apart**2
        speed = min(motion.max_speed, max(remaining, apart) / motion.period)
        if motion.acceleration is not None:
            speed = min(speed, math.sqrt(2 * motion.acceleration * max(remaining, apart)))
        if abs(curvature) * speed > motion.max_turn_rate:
            speed = motion.max_turn_rate / abs(curvature)
        return speed, speed * curvature

    def _progress(self, place: NDArray[np.float64]) -> float:
        """Return how far along the path its point nearest to the robot is, metres, never back from where it was.

        Looked for no further than twice the look-ahead, so that a path that comes back near itself is not cut short.
        """
        reach = self._reached + 2 * self._config.look_ahead
        best, least = self._reached, math.inf
        for n in range(len(self._path) - 1):
            length = self._along[n + 1] - self._along[n]
            if self._along[n + 1] < self._reached or self._along[n] > reach or not length:
                continue
            start, span = self._path[n], self._path[n + 1] - self._path[n]
            share = float(np.clip((place - start) @ span / length**2, 0, 1))
            at = float(np.clip(self._along[n] + share * length, self._reached, reach))
            apart = float(np.linalg.norm(self._point(at) - place))
            if apart < least:
                best, least = at, apart
        return best

    def _point(self, at: float) -> NDArray[np.float64]:
        return np.array([np.interp(at, self._along, self._path[:, axis]) for axis in (0, 1)])


def _clip(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
