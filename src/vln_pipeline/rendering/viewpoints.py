"""Where a camera looks from along a walk."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.trajectory import Trajectory
from vln_pipeline.rendering.camera import CameraSetting, Motion, body_poses, camera_poses


def walk_poses(walk: Trajectory, motion: Motion, setting: CameraSetting) -> NDArray[np.float64]:
    """Return (N, 4, 4) camera-to-world, OpenCV axes, of one camera along one form of a walk.

    On a body that sways, the camera of the discrete form moves with it as one rigid piece.
    """
    if motion is Motion.CONTINUOUS:
        return camera_poses(walk.path, walk.yaw, setting.height, setting.pitch)
    positions, yaw = walk.poses[:, :3], walk.poses[:, 3]
    upright = camera_poses(positions, yaw, setting.height, setting.pitch)
    if walk.sway is None:
        return upright
    body = body_poses(positions, yaw)
    swayed: NDArray[np.float64] = body @ walk.sway @ np.linalg.inv(body) @ upright
    return swayed
