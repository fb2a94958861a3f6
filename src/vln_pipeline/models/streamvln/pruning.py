"""Voxel-based spatial pruning (arXiv 2507.05240, algorithm 1): of tokens that show one place, the latest is kept.

Published as pseudo-code only; written here from the paper. A token's place is where the ray of its centre meets what
the depth image shows there.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.models.streamvln.config import PruningConfig
from vln_pipeline.models.streamvln.shape import Shape
from vln_pipeline.rendering.camera import CameraSetting, camera_poses


@dataclass(frozen=True, eq=False)
class Voxels:
    """Where the tokens of one frame are.

    Attributes:
        ids: (T, 3) int64 voxel of each token, in the frame of the poses.
        measured: (T,) bool whether its depth is known.
    """

    ids: NDArray[np.int64]
    measured: NDArray[np.bool_]


def voxels(
    depth: NDArray[np.float32], pose: NDArray[np.float64], camera: CameraSetting, shape: Shape, config: PruningConfig
) -> Voxels:
    """Return where the tokens of a frame are.

    Args:
        depth: (h, w) metres along the optical axis; 0 where nothing is hit.
        pose: (3,) x, y, metres, and yaw, radians, of the robot; the floor is taken to be level.
        camera: height, tilt and intrinsics.
        shape: of the network, whose tokens lie in a square grid over the image.
        config: edge of a voxel, range of depths.

    Raises:
        DataError: there is no depth image.
    """
    if depth.ndim != 2 or not depth.size:
        raise DataError("frame", "has no depth image, and pruning needs one", "open the depth camera, or unset pruning")
    height, width = depth.shape
    centre = (np.arange(shape.side) + 0.5) / shape.side * shape.covered
    rows, columns = (grid.ravel() for grid in np.meshgrid(centre * height, centre * width, indexing="ij"))
    metres = depth[rows.astype(int), columns.astype(int)].astype(np.float64)
    measured = (metres >= config.nearest) & (metres <= config.farthest)  # neither NaN nor infinite
    metres = np.where(measured, metres, 0.0)
    lens = camera.intrinsics
    u, v = columns / width * lens.width - 0.5, rows / height * lens.height - 0.5
    seen = np.stack([(u - lens.cx) / lens.fx, (v - lens.cy) / lens.fy, np.ones_like(u)], axis=1) * metres[:, None]
    place = np.array([[pose[0], pose[1], 0.0]])
    to_world = camera_poses(place, np.array([pose[2]]), camera.height, camera.pitch)[0]
    points = seen @ to_world[:3, :3].T + to_world[:3, 3]
    return Voxels(np.floor(points / config.voxel).astype(np.int64), measured)


def kept_tokens(frames: Sequence[Voxels], config: PruningConfig) -> NDArray[np.bool_]:
    """Return (N, T) which tokens of a memory are kept.

    In each period of ``config.period`` frames, of all tokens in one voxel the latest; a frame of which a smaller share
    than ``config.least_share`` is left loses all of them.

    Args:
        frames: N of them, oldest first.
        config: the algorithm's numbers.
    """
    kept = np.zeros((len(frames), len(frames[0].measured) if frames else 0), dtype=bool)
    for begin in range(0, len(frames), config.period):
        period = frames[begin : begin + config.period]
        measured = np.flatnonzero(np.concatenate([frame.measured for frame in period]))[::-1]
        ids = np.concatenate([frame.ids for frame in period])[measured]
        _, latest = np.unique(ids, axis=0, return_index=True)
        kept[begin : begin + len(period)].reshape(-1)[measured[latest]] = True
    kept[kept.mean(axis=1) < config.least_share] = False
    return kept
