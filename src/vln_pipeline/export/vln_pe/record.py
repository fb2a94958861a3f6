"""Recordings of walks that were filmed."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.errors import DataError
from vln_pipeline.export.episode import ExportWalk, View, filmed_poses
from vln_pipeline.export.vln_pe.isaac_frame import from_opencv, orientations, yaw_of
from vln_pipeline.export.vln_pe.recording import DEPTH_RANGE, SUCCESS, Recording, Track, Words
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import Motion
from vln_pipeline.rendering.footage import camera_name


def record(
    walk: ExportWalk,
    base: NDArray[np.float64],
    progress: NDArray[np.float64],
    ending: tuple[str, str],
    words: tuple[Words, ...],
) -> Recording:
    """Return the recording of a walk, by the first camera of its first discrete rig.

    A row is a frame and the action that follows; the last frame of a walk that failed has none, and is left out.

    Args:
        walk: with its footage.
        base: (L, 4, 4) base-to-world of the robot, x forward.
        progress: (L,) share of the way.
        ending: finish status and reason of failure.
        words: its instructions.

    Raises:
        DataError: the footage shows another walk, or an image is missing or broken.
    """
    name = walk.trajectory.id
    rig = walk.footage.rig(Motion.DISCRETE, name)
    setting = rig.settings[0]
    view = View("", setting, rig.depth_unit, walk.footage, name, camera_name(rig, setting))
    poses = from_opencv(filmed_poses(walk, rig, setting))
    if len(base) != len(poses) or len(progress) != len(poses):
        raise DataError(name, f"{len(poses)} frames, {len(base)} poses of the base", "walk and render this item again")
    action = walk.trajectory.actions.astype(np.int64)
    if ending[0] == SUCCESS:
        action = np.append(action, int(Action.STOP))
    frames = range(len(action))
    return Recording(
        camera=_track(poses[: len(action)]),
        robot=_track(base[: len(action)]),
        progress=progress[: len(action)],
        step=np.arange(len(action)),
        action=action,
        rgb=np.stack([view.rgb(frame) for frame in frames]),
        depth=np.stack([_normalised(view.metres(frame)) for frame in frames]),
        finish_status=ending[0],
        fail_reason=ending[1],
        words=words,
    )


def _track(poses: NDArray[np.float64]) -> Track:
    return Track(poses[:, :3, 3].copy(), orientations(poses), yaw_of(poses))


def _normalised(metres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return depth over ``DEPTH_RANGE``; 1 where it is beyond that or nothing was hit, as published."""
    share = np.minimum(metres / np.float32(DEPTH_RANGE), np.float32(1.0))
    return np.where(metres > 0, share, np.float32(1.0)).astype(np.float32)
