"""From late paths and odometry to commands, and to a stop where the server is lost. Knows neither ROS nor network."""

from dataclasses import dataclass, field

import numpy as np

from vln_ros2_client.planar import out_of, wrap
from vln_ros2_client.pursuit import Limits, along, towards
from vln_ros2_client.track import Track


@dataclass(frozen=True)
class Patience:
    """Seconds."""

    server: float = 0.2
    """Without any sign of the server; signs come ten times a second."""
    path: float = 3.0
    """Age of what a path was planned for."""
    odometry: float = 0.2
    """Without odometry."""


@dataclass
class Driver:
    """Follows the newest path.

    A path is of the body's frame at the time of the image that it was planned for. It is put where the robot was at
    that time, so that it stays right however late it comes; what lies behind the robot by then is passed over.
    """

    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    track: Track = field(default_factory=Track)

    def __post_init__(self):
        self.path = np.zeros((0, 2))
        self.stopped_for = "no path yet"
        self._heading, self._stamp, self._alive, self._done = None, None, None, False

    def odometry(self, stamp, pose):
        """Take a (3,) pose: x, y, metres, and yaw, radians."""
        self.track.add(stamp, pose)

    def alive(self, now):
        """Take any sign of the server."""
        self._alive = now

    def lost(self):
        """Take it that the server is gone."""
        self._alive = None

    def plan(self, now, told):
        """Take an answer of the server.

        Args:
            now: the robot's clock, seconds.
            told: ``stamp``, ``path`` (K, 2) metres, ``heading``, radians or None, and ``stop``.

        Returns:
            Whether it was taken: one that is older than the last, or of a time without odometry, is not.
        """
        self.alive(now)
        pose = self.track.at(told["stamp"])
        if pose is None or (self._stamp is not None and told["stamp"] < self._stamp):
            return False
        self._stamp, self._done = told["stamp"], bool(told["stop"])
        points = np.asarray(told["path"], dtype=float).reshape(-1, 2)
        self.path = out_of(pose, np.concatenate([np.zeros((1, 2)), points])) if len(points) else points
        heading = told.get("heading")
        self._heading = None if heading is None else wrap(pose[2] + heading)
        return True

    def command(self, now):
        """Return speed, m/s, and turn rate, rad/s; (0, 0) where something is missing, which ``stopped_for`` tells."""
        self.stopped_for = self._reason(now)
        if self.stopped_for:
            return 0.0, 0.0
        pose = self.track.last[1]
        if len(self.path):
            return along(self.path, pose, self.limits)
        return (0.0, 0.0) if self._heading is None else towards(wrap(self._heading - pose[2]), self.limits)

    def _reason(self, now):
        last, patience = self.track.last, self.patience
        if self._alive is None or now - self._alive > patience.server:
            return "the server is lost"
        if last is None or now - last[0] > patience.odometry:
            return "there is no odometry"
        if self._stamp is None:
            return "no path yet"
        if now - self._stamp > patience.path:
            return "the path is too old"
        return "the goal is reached" if self._done else ""
