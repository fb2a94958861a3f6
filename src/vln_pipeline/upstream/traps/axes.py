"""Poses with other camera axes than the dialect's, told from their geometry."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.upstream.conventions import Convention, best_fitting, downward_pitch, is_rigid
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.traps.numbers import TABLES

_DEGREES, _METRES = 1.0, 0.02
_HEIGHTS = (0.05, 2.5)
"""Heights that a robot's camera may have, metres."""
_RIGHT_FROM_FORWARD = np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]])
"""Body axes x forward, y left in those that NavDP's loader expects: x right, y forward."""


def axes(dataset: UpstreamDataset, column: str, expected: Convention) -> Iterator[Finding]:
    """Poses that make no sense with the dialect's axes: cameras that roll, look up or walk backward.

    Args:
        dataset: to look at.
        column: of camera poses.
        expected: the dialect's convention.
    """
    wrong, skewed = {}, {}
    names: Counter[str] = Counter()
    for episode in dataset.rows:
        poses = dataset.poses(episode, column)
        if poses is None:
            continue
        if not is_rigid(poses):
            skewed[f"episode {episode}"] = "a row with sheared, scaled or mirrored axes"
        elif not expected.fits(poses):
            best = best_fitting(poses)
            found = best.name if best else "no known"
            wrong[f"episode {episode}"] = found
            names[found] += 1
    if skewed:
        found = f"{column} is no rotation {listed(skewed, len(dataset.rows))}"
        yield Finding(TABLES, found, "the camera's attitude is unknown", "leave the episodes out")
    if wrong:
        fits = names.most_common(1)[0][0]
        found = f"{column} does not fit {expected.name} camera axes, but {fits} ones {listed(wrong, len(dataset.rows))}"
        means = f"with {expected.name} axes the camera would roll, look up, or walk backward"
        yield Finding(TABLES, found, means, "tables are not rewritten; turn the axes when reading")


def extrinsic(dataset: UpstreamDataset, column: str, poses_column: str, convention: Convention) -> Iterator[Finding]:
    """Camera mounts that are not Rx(90 degrees - pitch) with the camera's height, constant, and the pitch of the poses.

    That is camera to body with x right and y forward; mounts whose body has x forward are told as such, and a note says
    so of sound ones.

    Args:
        dataset: to look at.
        column: of camera mounts.
        poses_column: of camera poses.
        convention: of camera poses.
    """
    wrong, turned, sound = {}, [], 0
    for episode in dataset.rows:
        mounts, poses = dataset.poses(episode, column), dataset.poses(episode, poses_column)
        if mounts is None:
            continue
        if _is_about_x(_RIGHT_FROM_FORWARD @ mounts[0, :3, :3]):
            turned.append(f"episode {episode}")
        elif fault := _mount_fault(mounts, poses, poses_column, convention):
            wrong[f"episode {episode}"] = fault
        else:
            sound += 1
    if sound:
        found = f"{column} is camera to ground, x right, y forward, in {sound} of {len(dataset.rows)} episodes"
        yield Finding(TABLES, found, "NavDP's loader expects that", "it is the custom", is_note=True)
    if turned:
        found = f"{column} is camera to a base with x forward, y left {listed(turned, len(dataset.rows))}"
        means = "NavDP's loader expects x right, y forward: all labels are turned by 90 degrees to the right"
        left = "tables are not rewritten; turn the axes, and ask what was trained on them (examine_system1)"
        yield Finding(TABLES, found, means, left)
    if wrong:
        found = f"{column} is not Rx(90 degrees - pitch) with the camera's height {listed(wrong, len(dataset.rows))}"
        means = "NavDP takes the body's attitude from it, so waypoints tilt out of the floor"
        yield Finding(TABLES, found, means, "tables are not rewritten; leave the episodes out")


def _mount_fault(
    mounts: NDArray[np.float64], poses: NDArray[np.float64] | None, poses_column: str, convention: Convention
) -> str:
    """Return what is wrong with an episode's (n, 4, 4) camera mounts, in words; empty where nothing is."""
    mount = mounts[0]
    height = mount[2, 3]
    angle = np.degrees(np.arctan2(mount[2, 1], mount[1, 1]))
    if np.abs(mounts - mount).max() > 1e-5:
        return "it changes within the episode"
    if not _is_about_x(mount[:3, :3]):
        return "its rotation is not about the camera's x axis"
    if angle <= 0:
        return f"it turns by {round(angle)} degrees, which is body to camera, or no rotation"
    if not _HEIGHTS[0] < height < _HEIGHTS[1]:
        return f"the camera is {height:.2f} m above the ground"
    if poses is not None and convention.fits(poses):
        pitch = float(np.median(downward_pitch(convention.cameras(poses)[0][:, :, 2])))
        if abs(pitch - (90 - angle)) > _DEGREES:
            return f"a pitch of {round(90 - angle)} degrees, {poses_column} has {round(pitch)}"
    return ""


def _is_about_x(rotation: NDArray[np.float64]) -> bool:
    """Tell whether a (3, 3) rotation is one about x."""
    angle = np.arctan2(rotation[2, 1], rotation[1, 1])
    c, s = np.cos(angle), np.sin(angle)
    return bool(np.allclose(rotation, [[1, 0, 0], [0, c, -s], [0, s, c]], atol=1e-3))


def start(
    dataset: UpstreamDataset, column: str, height: float, pitch: float, convention: Convention
) -> Iterator[Finding]:
    """First poses that are not at the origin, level, at the height and pitch that the camera setting says.

    Args:
        dataset: to look at.
        column: of camera poses.
        height: of the camera, metres.
        pitch: of the camera, downward, degrees.
        convention: of camera poses.
    """
    wrong = {}
    for episode in dataset.rows:
        poses = dataset.poses(episode, column)
        if poses is None or not convention.fits(poses):
            continue
        rotations, positions = convention.cameras(poses)
        forward = rotations[0, :, 2]
        told = float(downward_pitch(forward[None])[0])
        yaw = float(np.degrees(np.arctan2(forward[1], forward[0])))
        if abs(positions[0, 2] - height) > _METRES or abs(told - pitch) > _DEGREES:
            wrong[f"episode {episode}"] = f"{positions[0, 2]:.2f} m and {round(told)} degrees down"
        elif np.abs(positions[0, :2]).max() > _METRES or abs(yaw) > _DEGREES:
            where = ", ".join(f"{value:.2f}" for value in positions[0, :2])
            wrong[f"episode {episode}"] = f"it starts at ({where}) m, heading {round(yaw)} degrees"
    if wrong:
        found = (
            f"{column} does not start at the origin, {height:g} m high and {pitch:g} degrees down "
            f"{listed(wrong, len(dataset.rows))}"
        )
        means = "poses are of another camera, or in another frame than the episode's"
        yield Finding(TABLES, found, means, "tables are not rewritten; relate poses to the first one when reading")
