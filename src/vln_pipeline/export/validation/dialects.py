"""What each dialect promises: rigid poses, level robots, actions that match them, goals where the robot will be."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.export.dataset_camera import Camera
from vln_pipeline.export.pixel_goal import project
from vln_pipeline.export.policy_form import ACTION, STATE
from vln_pipeline.export.reader import ExportedDataset
from vln_pipeline.export.vln_ce import NO_ACTION
from vln_pipeline.export.vln_n1 import VlnN1
from vln_pipeline.planning.trajectory import Action

_RIGID = 1e-4
_METRES = 1e-3
_PIXELS = 1.0
_AHEAD = 1.0
"""Farthest that a robot which sways holds its camera ahead of its axis, metres."""


def problems(dataset: ExportedDataset) -> Iterator[str]:
    """Yield what is wrong."""
    check = _continuous if dataset.dialect == VlnN1.name else _discrete
    for episode in range(len(dataset)):
        columns = dataset.dialect_columns(episode)
        for problem in check(dataset, episode, columns):
            yield f"episode {episode}: {problem}"
        if dataset.is_v30:
            for problem in _policy_form(dataset, episode, columns):
                yield f"episode {episode}: {problem}"
    if (
        dataset.dialect == VlnN1.name
        and len(dataset.scenes) == 1
        and not (dataset.root / "meta/pointcloud.ply").is_file()
    ):
        yield "meta/pointcloud.ply is missing"


def _policy_form(dataset: ExportedDataset, episode: int, columns: dict[str, NDArray]) -> Iterator[str]:
    """Check that actions lead from state to state, and states to where the camera of a body that does not sway is."""
    told = dataset.columns(episode)
    states, actions = told[STATE].astype(np.float64), told[ACTION].astype(np.float64)
    if np.abs(states[0]).max() > _RIGID or np.abs(actions[-1]).max() > 0:
        yield f"{STATE} does not begin with 0, or {ACTION} does not end with it"
    c, s = np.cos(states[:-1, 2]), np.sin(states[:-1, 2])
    steps = np.column_stack([c * actions[:-1, 0] - s * actions[:-1, 1], s * actions[:-1, 0] + c * actions[:-1, 1]])
    if not np.allclose(states[:-1] + np.column_stack([steps, actions[:-1, 2]]), states[1:], atol=_METRES):
        yield f"{ACTION} does not lead from one {STATE} to the next"
    if dataset.sways:
        return
    for camera in dataset.cameras_of(episode):
        poses = columns["action" if dataset.dialect == VlnN1.name else f"pose{camera.suffix}"].astype(np.float64)
        away = np.linalg.norm(poses[:, :2, 3] - poses[0, :2, 3], axis=1)
        if not np.allclose(away, np.linalg.norm(states[:, :2], axis=1), atol=_METRES):
            yield f"{STATE} is not where the camera {camera.setting} went"


def _rigid(poses: NDArray[np.floating], name: str) -> Iterator[str]:
    rotation = poses[:, :3, :3].astype(np.float64)
    product = rotation @ rotation.transpose(0, 2, 1)
    if not np.allclose(product, np.eye(3), atol=_RIGID) or not np.allclose(np.linalg.det(rotation), 1, atol=_RIGID):
        yield f"{name} is not a rotation"
    if not np.allclose(poses[:, 3], [0, 0, 0, 1], atol=_RIGID):
        yield f"{name} does not end with 0 0 0 1"


def _level(rotation: NDArray[np.floating], name: str) -> Iterator[str]:
    if not np.allclose(rotation[:, 2, 2], 1, atol=_RIGID):
        yield f"{name}: the robot is not level with the camera's height and pitch"


def _continuous(dataset: ExportedDataset, episode: int, columns: dict[str, NDArray]) -> Iterator[str]:
    poses, extrinsics = columns["action"].astype(np.float64), columns["observation.camera_extrinsic"]
    yield from _rigid(poses, "action")
    yield from _rigid(extrinsics, "observation.camera_extrinsic")
    if (extrinsics != extrinsics[0]).any():
        yield "observation.camera_extrinsic changes within the episode"
    yield from _level(poses[:, :3, :3] @ extrinsics[0, :3, :3].T, "action")
    for camera in dataset.cameras_of(episode):
        if not np.allclose(columns["observation.camera_intrinsic"], camera.intrinsics.matrix, rtol=1e-6):
            yield f"observation.camera_intrinsic is not that of {camera.setting}"
        if abs(extrinsics[0, 2, 3] - camera.height) > _METRES:
            yield f"observation.camera_extrinsic is not {camera.height} m above the ground"


def _discrete(dataset: ExportedDataset, episode: int, columns: dict[str, NDArray]) -> Iterator[str]:
    actions = columns["action"]
    motions = {int(Action.FORWARD), int(Action.LEFT), int(Action.RIGHT)}
    if actions[0] != NO_ACTION or not set(actions[1:].tolist()) <= motions:
        yield f"actions are not {NO_ACTION} and then motions"
    cameras = list(dataset.cameras_of(episode))
    broken = False
    bases = {}
    for camera in cameras:
        poses = columns[f"pose{camera.suffix}"].astype(np.float64)
        for problem in (*_rigid(poses, f"pose{camera.suffix}"), *_at_start(poses, camera, dataset.sways)):
            broken = True
            yield problem
        bases[camera.setting] = poses[:, :3, 3] - [0, 0, camera.height]
    if broken:
        return
    if dataset.sways:  # where the robot stands is not told by where its head is
        for camera in cameras:
            yield from _goal_frames(columns, camera)
        return
    moved = np.linalg.norm(np.diff(bases[cameras[0].setting], axis=0), axis=1) > _METRES
    if not np.array_equal(moved, actions[1:] == Action.FORWARD):
        yield "the robot moves in other frames than those that a forward action led to"
    for camera in cameras:
        for other in cameras:
            yield from _goals(columns, camera, bases[other.setting], other.setting)


def _at_start(poses: NDArray[np.float64], camera: Camera, sways: bool) -> Iterator[str]:
    tilt = np.radians(camera.pitch)
    first = np.array(
        [
            [0, -np.sin(tilt), np.cos(tilt), 0],
            [-1, 0, 0, 0],
            [0, -np.cos(tilt), -np.sin(tilt), camera.height],
            [0, 0, 0, 1],
        ]
    )
    if sways and abs(poses[0, 0, 3]) <= _AHEAD:
        first[0, 3] = poses[0, 0, 3]
    if not np.allclose(poses[0], first, atol=_METRES):
        yield f"pose{camera.suffix} does not start at the origin, level, {camera.pitch} degrees down"
    if not sways:
        yield from _level(poses[:, :3, :3] @ first[:3, :3].T, f"pose{camera.suffix}")


def _goals(columns: dict[str, NDArray], camera: Camera, bases: NDArray[np.float64], other: str) -> Iterator[str]:
    """Project the goal frames' positions, as another camera of the same robot tells them, into this camera."""
    wrong = list(_goal_frames(columns, camera))
    yield from wrong
    if wrong:
        return
    pixels, ahead = columns[f"goal{camera.suffix}"], columns[f"relative_goal_frame_id{camera.suffix}"]
    frames = np.flatnonzero(ahead != -1)
    goals = frames + ahead[frames]
    poses = columns[f"pose{camera.suffix}"].astype(np.float64)
    for frame, goal in zip(frames, goals, strict=True):
        exact, depth = project(poses[frame : frame + 1], bases[goal : goal + 1], camera.intrinsics)
        if depth[0, 0] <= 0 or np.abs(exact[0, 0] - pixels[frame]).max() > _PIXELS:
            yield f"goal{camera.suffix} of frame {frame} is not where {other} says that frame {goal} stands"


def _goal_frames(columns: dict[str, NDArray], camera: Camera) -> Iterator[str]:
    """Check that goals are pixels of the image and frames of the episode."""
    pixels, ahead = columns[f"goal{camera.suffix}"], columns[f"relative_goal_frame_id{camera.suffix}"]
    has = ahead != -1
    if not np.array_equal(has, (pixels != -1).any(axis=1)) or (pixels[~has] != -1).any():
        yield f"goal{camera.suffix} and relative_goal_frame_id{camera.suffix} do not agree on which frames have one"
        return
    frames = np.flatnonzero(has)
    if (ahead[frames] < 1).any() or (frames + ahead[frames] >= len(ahead)).any():
        yield f"relative_goal_frame_id{camera.suffix} leads out of the episode"
        return
    size = (camera.intrinsics.width, camera.intrinsics.height)
    if (pixels[frames] < 0).any() or (pixels[frames] >= size).any():
        yield f"goal{camera.suffix} lies outside the image"
