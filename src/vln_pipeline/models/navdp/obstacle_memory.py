"""What depth images showed to stand in the way, kept while the robot looks elsewhere."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import CameraSetting, camera_poses

_CELL = 0.05
"""Edge of the squares of floor in which one obstacle is remembered, metres."""
_LOWEST = 0.08
"""Height above the ground below which something is driven over, or is an error of the depth image, metres."""
_SPAN = 1 << 20
"""Squares from the origin to the border of what can be remembered, along either axis."""


class ObstacleMemory:
    """Places, in the frame of odometry, where depth images showed something that a robot would touch.

    Args:
        camera: that takes the images.
        height: of the robot, metres; what is above it is driven under.
        reach: farthest distance that is believed, and told, metres.
    """

    def __init__(self, camera: CameraSetting, height: float, reach: float) -> None:
        self._camera, self._height, self._reach = camera, height, reach
        lens = camera.intrinsics
        column, row = np.meshgrid(np.arange(lens.width, dtype=float), np.arange(lens.height, dtype=float))
        self._rays = np.stack([(column - lens.cx) / lens.fx, (row - lens.cy) / lens.fy, np.ones_like(row)], axis=-1)
        self._cells = np.zeros(0, dtype=np.int64)

    def see(self, depth: NDArray[np.float32], pose: NDArray[np.float64]) -> None:
        """Add what a depth image shows.

        Args:
            depth: (h, w) metres along the optical axis, 0 where nothing was measured.
            pose: (3,) odometry x, y, metres, and yaw, radians, of the image.
        """
        there = np.array([[pose[0], pose[1], 0.0]])
        to_world = camera_poses(there, pose[2:3], self._camera.height, self._camera.pitch)[0]
        measured = (depth > 0) & (depth < self._reach)
        points = (self._rays[measured] * depth[measured, None]) @ to_world[:3, :3].T + to_world[:3, 3]
        standing = (points[:, 2] > _LOWEST) & (points[:, 2] < self._height)
        column, row = np.floor(points[standing, :2] / _CELL).astype(np.int64).T + _SPAN
        self._cells = np.union1d(self._cells, column * 2 * _SPAN + row)

    def around(self, pose: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (N, 2) remembered places within reach, in the body frame at a (3,) pose, metres."""
        squares = np.stack(np.divmod(self._cells, 2 * _SPAN), axis=-1) - _SPAN
        offsets = (squares + 0.5) * _CELL - pose[:2]
        offsets = offsets[np.hypot(*offsets.T) < self._reach]
        c, s = np.cos(pose[2]), np.sin(pose[2])
        return offsets @ np.array([[c, -s], [s, c]])
