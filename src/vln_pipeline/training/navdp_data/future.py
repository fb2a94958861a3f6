"""The path ahead of a frame as labels of the policy and of the critic."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.critic_label import critic_labels
from vln_pipeline.training.navdp_data.draw import Draw
from vln_pipeline.training.navdp_data.obstacles import Obstacles
from vln_pipeline.training.navdp_data.walk import Walk
from vln_pipeline.training.navdp_data.waypoints import headings, labels, resampled, rotation, waypoint_indexes, wrap


@dataclass(frozen=True)
class Future:
    """What a sample should make the network answer.

    Attributes:
        goal: (3,) float64 x forward, y left, metres, and heading, radians, in the current body frame.
        label: (T, 3) float64 scaled differences between waypoints.
        augmented: (T, 3) float64 the same of the path turned about the robot.
        critic: value of ``label``.
        augmented_critic: value of ``augmented``.
    """

    goal: NDArray[np.float64]
    label: NDArray[np.float64]
    augmented: NDArray[np.float64]
    critic: float
    augmented_critic: float


def future(walk: Walk, draw: Draw, config: NavdpDataConfig, predict: int, obstacles: Obstacles) -> Future:
    """Return the labels of a draw.

    The goal is where the last waypoint stands, one position before the target's: the last segment leads there and
    gives the heading.

    Args:
        walk: the walk.
        draw: its frames.
        config: conventions.
        predict: T, waypoints.
        obstacles: of all scenes.
    """
    ahead = walk.positions[draw.current : draw.target + 1, :2]
    points = resampled(ahead, config.discrete_step) if walk.discrete else ahead
    path = walk.local(draw.current, points)
    theta = headings(path, continuous=config.headings == "continuous")
    picked = waypoint_indexes(len(path), draw.stride, predict)
    # Turning the path turns all headings alike; they are measured against the first segment of the path as it was.
    turn, turned = rotation(draw.angle), theta + draw.angle
    if config.headings == "wrapped":
        turned = wrap(turned)
    waypoints = points[picked]
    paths = waypoints, waypoints[0] + (waypoints - waypoints[0]) @ turn.T
    values = critic_labels(obstacles, draw.walk, paths, config.touch_distance)
    heading = float(wrap(theta[-1])) if config.goal_heading == "path" else 0.0
    return Future(
        np.array([*path[-2], heading]), labels(path, theta, picked), labels(path @ turn.T, turned, picked), *values
    )
