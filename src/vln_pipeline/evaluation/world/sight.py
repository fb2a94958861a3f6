"""From a pixel to the place that it shows, and back."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.local_planner import Observation
from vln_pipeline.export.pixel_goal import project
from vln_pipeline.rendering.camera import CameraSetting, camera_poses


def place_at(seen: Observation, pixel: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the (3,) place that a pixel shows, odometry frame, metres; None where no depth was measured.

    Args:
        seen: with its depth image.
        pixel: (2,) column and row, pixels; outside of the image the depth is that of the nearest pixel.
    """
    column, row = np.rint(pixel).astype(int)
    height, width = seen.depth.shape
    depth = float(seen.depth[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)])
    if depth <= 0:
        return None
    lens = seen.camera.intrinsics
    ray = np.array([(pixel[0] - lens.cx) / lens.fx, (pixel[1] - lens.cy) / lens.fy, 1.0])
    base = np.array([[*seen.pose[:2], 0.0]])
    to_odometry = camera_poses(base, seen.pose[2:], seen.camera.height, seen.camera.pitch)[0]
    place: NDArray[np.float64] = to_odometry[:3, :3] @ (depth * ray) + to_odometry[:3, 3]
    return place


def pixel_of(
    base: NDArray[np.float64], yaw: float, place: NDArray[np.float64], camera: CameraSetting
) -> NDArray[np.float64]:
    """Return (2,) column and row at which a place appears; NaN where it is not in front of the camera.

    Args:
        base: (3,) of the robot, metres.
        yaw: of the robot, radians.
        place: (3,) in the same frame.
        camera: on the robot.
    """
    to_world = camera_poses(base[None], np.array([yaw]), camera.height, camera.pitch)
    pixels, depth = project(to_world, place[None], camera.intrinsics)
    return pixels[0, 0] if depth[0, 0] > 0 else np.full(2, np.nan)
