"""Where obstacles are: by the colours of a scene's point cloud, or by a walk's depth images."""

from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.config import PointCloudConfig
from vln_pipeline.export.point_cloud import OBSTACLE, POINT_CLOUD
from vln_pipeline.models.navdp.letterbox import FARTHEST_DEPTH, NEAREST_DEPTH
from vln_pipeline.regular_file import regular
from vln_pipeline.training.navdp_data.walk import Walk

_TOLERANCE = 0.05
_FRAMES, _COLUMNS, _LATTICE = 64, 80, 0.02


def has_cloud(folder: Path) -> bool:
    """Return whether a dataset has a point cloud."""
    return (folder / POINT_CLOUD).is_file()


def cloud_obstacles(folder: Path) -> NDArray[np.float64]:
    """Return (N, 2) xy of the points of a dataset's cloud that have the colour of obstacles, metres.

    Raises:
        DataError: the cloud cannot be read.
    """
    path = folder / POINT_CLOUD
    try:
        cloud: Any = trimesh.load(regular(path), process=False)
        points = np.asarray(cloud.vertices, dtype=np.float64)
        colours = np.asarray(cloud.visual.vertex_colors if hasattr(cloud, "faces") else cloud.colors)
        is_obstacle = np.abs(colours[:, :3] / 255 - np.array(OBSTACLE) / 255).sum(axis=1) < _TOLERANCE
        found = points[is_obstacle, :2]
    except Exception as error:  # a broken file fails in many ways in the reader
        raise DataError(str(path), f"not a readable point cloud ({type(error).__name__})") from error
    if not np.isfinite(found).all():
        raise DataError(str(path), "an obstacle's position is not finite")
    return found


def seen_obstacles(walk: Walk) -> NDArray[np.float64]:
    """Return (N, 2) xy of what a walk's depth images show in the band of heights of obstacles, metres, to 2 cm.

    The walk's own ground is the reference of heights, so it has to be level. Images that cannot be read show nothing.

    Args:
        walk: the walk; at most 64 of its images are looked at, in at most 80 columns.
    """
    band, camera = PointCloudConfig(), walk.intrinsics
    step = max(1, camera.width // _COLUMNS)
    v, u = np.mgrid[0 : camera.height : step, 0 : camera.width : step]
    rays = np.stack([(u - camera.cx) / camera.fx, (camera.cy - v) / camera.fy, np.full(u.shape, -1.0)], axis=-1)
    found = [np.empty((0, 2))]
    for frame in np.unique(np.linspace(0, len(walk) - 1, min(len(walk), _FRAMES)).round().astype(int)):
        try:
            depth = walk.frames.depth(int(frame))[::step, ::step]
        except DataError:
            continue
        body = (rays * depth[..., None])[(depth >= NEAREST_DEPTH) & (depth <= FARTHEST_DEPTH)] @ walk.tilt.T
        height = walk.height + body[:, 2]
        right, forward = body[(height > band.obstacle_low) & (height < band.obstacle_high), :2].T
        c, s = np.cos(walk.yaw[frame]), np.sin(walk.yaw[frame])
        xy = walk.positions[frame, :2] + np.column_stack([c * forward + s * right, s * forward - c * right])
        found.append(np.unique(np.rint(xy / _LATTICE), axis=0) * _LATTICE)
    return np.unique(np.concatenate(found), axis=0)
