"""The floor that a robot has seen."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.rendering.camera import CameraSetting, camera_poses
from vln_pipeline.rendering.raycast import Raycaster

_CELL = 0.1
"""Edge of a square, metres, as in NavDP's no-goal benchmark."""
_FLAT = 0.1
"""Height above or below the robot's base that still counts as its floor, metres."""
_RANGE = 5.0
"""Depth beyond which a glance explores nothing, metres."""


class ExploredFloor:
    """Counts squares of floor that some pixel of some view fell on."""

    def __init__(self) -> None:
        self._seen: set[tuple[int, int]] = set()

    @property
    def area(self) -> float:
        """Square metres."""
        return len(self._seen) * _CELL**2

    def add(self, depth: NDArray[np.float32], pose: NDArray[np.float64], camera: CameraSetting) -> None:
        """Count a view.

        Args:
            depth: (h, w) metres along the optical axis, 0 where nothing is hit.
            pose: (4,) of the robot's base, x, y, z, yaw, world.
            camera: what saw it.
        """
        to_world = camera_poses(pose[None, :3], pose[3:4], camera.height, camera.pitch)[0]
        near = (depth > 0) & (depth < _RANGE)
        rays = Raycaster.rays(to_world, camera.intrinsics)[near.ravel()]
        points = to_world[:3, 3] + rays * depth[near][:, None]
        floor = points[np.abs(points[:, 2] - pose[2]) < _FLAT]
        cells = np.unique(np.floor(floor[:, :2] / _CELL).astype(np.int64), axis=0)
        self._seen.update(map(tuple, cells.tolist()))
