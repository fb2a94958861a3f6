"""Pixel goals: where in a view the robot will stand, as far ahead as the view shows it.

The published data's labelling rule is not public. What its papers and its one published row agree with is: a future
position of the robot, projected from the ground into the current view, the farthest one that is in view and not hidden.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.config import PixelGoalConfig
from vln_pipeline.rendering.camera import Intrinsics

_STEP = 1e-3
"""Shortest way between two frames that counts as having moved, metres."""


@dataclass(frozen=True)
class PixelGoals:
    """The pixel goal of each of L frames.

    Attributes:
        pixels: (L, 2) int64 column and row; -1, -1 where a frame has none.
        ahead: (L,) int64 frames from here to the goal; -1 where a frame has none.
    """

    pixels: NDArray[np.int64]
    ahead: NDArray[np.int64]


def project(
    poses: NDArray[np.float64], points: NDArray[np.float64], intrinsics: Intrinsics
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Project M points into N views.

    Args:
        poses: (N, 4, 4) camera-to-world, OpenCV axes, metres.
        points: (M, 3) metres, the same world.
        intrinsics: the camera.

    Returns:
        (N, M, 2) column and row, pixels, and (N, M) depth along the optical axis, metres. Pixels of points that are
        not in front of the camera mean nothing.
    """
    local = (points[None] - poses[:, None, :3, 3]) @ poses[:, :3, :3]
    depth = local[..., 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        plane = local[..., :2] / depth[..., None]
    return plane * (intrinsics.fx, intrinsics.fy) + (intrinsics.cx, intrinsics.cy), depth


def pixel_goals(
    poses: NDArray[np.float64],
    positions: NDArray[np.float64],
    intrinsics: Intrinsics,
    depth: Callable[[int], NDArray[np.floating]],
    config: PixelGoalConfig,
) -> PixelGoals:
    """Return the pixel goals of one camera along one discrete walk.

    A position counts from the frame in which the robot arrives there, so that turning on the spot neither makes goals
    nor adds to ``ahead``.

    Args:
        poses: (L, 4, 4) camera-to-world, OpenCV axes, metres, z up.
        positions: (L, 3) the robot's base on the ground, the same world.
        intrinsics: the camera.
        depth: returns the (h, w) depth image of a frame, metres along the optical axis, 0 where nothing was hit.
        config: what counts as visible.
    """
    count = len(poses)
    goals = PixelGoals(np.full((count, 2), -1, dtype=np.int64), np.full(count, -1, dtype=np.int64))
    exact, distance = project(poses, positions, intrinsics)
    with np.errstate(invalid="ignore"):
        nearest = np.round(exact)
        inside = ((nearest >= 0) & (nearest < (intrinsics.width, intrinsics.height))).all(axis=-1)
    candidates = inside & (distance > 0) & _reachable(positions, config)
    for frame in np.flatnonzero(candidates.any(axis=1)):
        ahead = np.flatnonzero(candidates[frame])
        pixels = nearest[frame, ahead].astype(np.int64)
        floor = floor_depth(poses[frame], positions[ahead, 2], pixels, intrinsics)
        seen = depth(int(frame))[pixels[:, 1], pixels[:, 0]]
        visible = np.flatnonzero((seen > 0) & (np.abs(seen - floor) <= config.depth_tolerance))
        if visible.size:
            goals.pixels[frame] = pixels[visible[-1]]
            goals.ahead[frame] = ahead[visible[-1]] - frame
    return goals


def _reachable(positions: NDArray[np.float64], config: PixelGoalConfig) -> NDArray[np.bool_]:
    """Return (L, L) whether the frame of a column may be the goal of the frame of a row, by order and distance."""
    frames = np.arange(len(positions))
    allowed = frames[None] - frames[:, None] >= config.min_frames_ahead
    allowed[:, 1:] &= np.linalg.norm(np.diff(positions, axis=0), axis=1) > _STEP
    if config.max_distance is not None:
        allowed &= np.linalg.norm(positions[None] - positions[:, None], axis=-1) <= config.max_distance
    return allowed


def floor_depth(
    pose: NDArray[np.float64], heights: NDArray[np.float64], pixels: NDArray[np.int64], intrinsics: Intrinsics
) -> NDArray[np.float64]:
    """Return (M,) depths, metres, at which the rays of (M, 2) pixel centres meet level floors at (M,) heights.

    Comparing the depth image with the floor at the pixel's centre, not with the goal's own depth, is exact at any
    distance; near the horizon one pixel spans metres of floor. NaN where a ray does not descend to its floor.
    """
    rays = (pixels - (intrinsics.cx, intrinsics.cy)) / (intrinsics.fx, intrinsics.fy)
    climb = rays @ pose[2, :2] + pose[2, 2]
    drop = heights - pose[2, 3]
    return np.divide(drop, climb, out=np.full(len(pixels), np.nan), where=climb * drop > 0)
