"""Pixel goals that lie outside of the image, are row first, or disagree with their frames."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.upstream.conventions import Convention
from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.traps.numbers import TABLES

_NONE = -1
_LEAST = 3
"""Goals that a verdict on their order is made from."""
_FAR_OFF = 4.0
"""How many times better goals must fit when swapped."""


def goals(
    dataset: UpstreamDataset, setting: str, height: float, convention: Convention, size: tuple[int, int]
) -> Iterator[Finding]:
    """Goals of one camera setting.

    Args:
        dataset: to look at.
        setting: whose columns are meant.
        height: of the camera, metres.
        convention: of its poses.
        size: width and height of its images.
    """
    outside, torn, beyond = {}, {}, {}
    seen: list[NDArray[np.float64]] = []
    for episode in dataset.rows:
        pixels = dataset.values(episode, f"goal.{setting}", 2)
        ahead = dataset.values(episode, f"relative_goal_frame_id.{setting}")
        if pixels is None or ahead is None:
            continue
        name = f"episode {episode}"
        has = ahead != _NONE
        frames = np.flatnonzero(has)
        if not np.array_equal(has, (pixels != _NONE).any(axis=1)):
            torn[name] = f"row {np.flatnonzero(has != (pixels != _NONE).any(axis=1))[0]}"
            continue
        late = frames[(ahead[frames] < 1) | (frames + ahead[frames] >= len(ahead))]
        if len(late):
            beyond[name] = f"row {late[0]} says {ahead[late[0]]} frames ahead of {len(ahead)}"
            continue
        out = frames[((pixels[frames] < 0) | (pixels[frames] >= size)).any(axis=1)]
        if len(out):
            u, v = pixels[out[0]]
            outside[name] = f"({u}, {v}) in row {out[0]}"
        poses = dataset.poses(episode, f"pose.{setting}")
        if poses is not None and convention.fits(poses):
            seen.append(_seen(poses, convention, height, frames, frames + ahead[frames], pixels))
    where, of = f"goal.{setting}", len(dataset.rows)
    if torn:
        found = f"{where} and relative_goal_frame_id.{setting} do not agree on which rows have one {listed(torn, of)}"
        yield Finding(TABLES, found, "samples are made without a goal, or none of a goal", "leave the episodes out")
    if beyond:
        found = f"relative_goal_frame_id.{setting} leads out of the episode {listed(beyond, of)}"
        yield Finding(TABLES, found, "the goal's frame does not exist", "training leaves the episodes out")
    is_swapped = bool(seen) and _is_swapped(np.concatenate(seen), size)
    if is_swapped:
        found = f"{where} is row first: the goal frames' places fit (v, u), not (u, v)"
        means = "loaders take the first number for the column"
        yield Finding(TABLES, found, means, "tables are not rewritten; swap the numbers when reading")
    if outside:
        found = f"{where} lies outside of its image of {size[0]}x{size[1]} {listed(outside, of)}"
        means = "its rows and columns are swapped" if is_swapped else "no answer can name it"
        yield Finding(TABLES, found, means, "training leaves the episodes out")


def _seen(
    poses: NDArray[np.float64],
    convention: Convention,
    height: float,
    frames: NDArray[np.int64],
    targets: NDArray[np.int64],
    pixels: NDArray[np.integer],
) -> NDArray[np.float64]:
    """Return (K, 4) slopes to the right and down of where goal frames stand, and the goals told."""
    axes, positions = convention.cameras(poses)
    ground = positions[targets] - [0.0, 0.0, height]
    right, up, forward = np.einsum("kij,ki->jk", axes[frames], ground - positions[frames])
    ahead = forward > 0.1
    slopes = np.column_stack([right, -up])[ahead] / forward[ahead, None]
    return np.column_stack([slopes, pixels[frames][ahead]])


def _is_swapped(seen: NDArray[np.float64], size: tuple[int, int]) -> bool:
    """Whether goals fit a pin-hole camera of any focal length far better with their numbers swapped."""
    if len(seen) < _LEAST:
        return False
    centre = (np.array(size) - 1) / 2
    errors = []
    for columns in ([2, 3], [3, 2]):
        offsets = seen[:, columns] - centre
        slopes = seen[:, :2]
        focal = np.clip((slopes * offsets).sum() / (slopes**2).sum().clip(1e-9), size[0] / 4, 4 * size[0])
        errors.append(np.sqrt(((offsets - focal * slopes) ** 2).mean()))
    return bool(errors[0] > _FAR_OFF * errors[1] and errors[0] > size[0] / 20)
