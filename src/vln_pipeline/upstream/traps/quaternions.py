"""Quaternions with the scalar in another place than VLN-PE's, which has it first."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vln_pipeline.upstream.dataset import UpstreamDataset
from vln_pipeline.upstream.finding import Finding, listed
from vln_pipeline.upstream.traps.numbers import TABLES

_RADIANS = 0.1
"""Largest median difference between the yaw of a quaternion and the yaw that is told."""


def quaternion_order(dataset: UpstreamDataset, body: str, *, is_free: bool) -> Iterator[Finding]:
    """Orientations whose heading is the one told only with the scalar last, or with no order at all.

    Args:
        dataset: to look at.
        body: what the columns ``<body>_orientation`` and ``<body>_yaw`` tell of.
        is_free: whether its axes may be others than a body's, so that fitting neither order is no fault.
    """
    last, neither, scaled = {}, {}, {}
    for episode in dataset.rows:
        quaternions = dataset.values(episode, f"{body}_orientation", 4)
        yaw = dataset.values(episode, f"{body}_yaw")
        if quaternions is None or yaw is None or not (np.isfinite(quaternions).all() and np.isfinite(yaw).all()):
            continue
        name = f"episode {episode}"
        norms = np.linalg.norm(quaternions, axis=1)
        if np.abs(norms - 1).max() > 0.01:
            scaled[name] = f"length {norms[np.abs(norms - 1).argmax()]:.2f}"
        elif not _agrees(quaternions, yaw, scalar_first=True):
            if _agrees(quaternions, yaw, scalar_first=False):
                last[name] = f"{np.round(quaternions[0], 3).tolist()} at yaw {yaw[0]:.2f}"
            elif not is_free:
                neither[name] = f"{np.round(quaternions[0], 3).tolist()} at yaw {yaw[0]:.2f}"
    column, of = f"{body}_orientation", len(dataset.rows)
    if last:
        found = f"{column} fits {body}_yaw as (x, y, z, w), not as (w, x, y, z) {listed(last, of)}"
        means = "loaders of this dialect take the first number for the scalar, and the robot falls over"
        yield Finding(TABLES, found, means, "tables are not rewritten; reorder them when reading")
    if neither:
        found = f"{column} fits {body}_yaw in no order of its numbers {listed(neither, of)}"
        yield Finding(TABLES, found, "one of the two is wrong", "leave the episodes out")
    if scaled:
        found = f"{column} is not of length 1 {listed(scaled, of)}"
        yield Finding(TABLES, found, "it is no rotation", "leave the episodes out")


def _agrees(quaternions: NDArray[np.floating], yaw: NDArray[np.floating], *, scalar_first: bool) -> bool:
    axes = Rotation.from_quat(quaternions, scalar_first=scalar_first).as_matrix()[:, :, 0]
    difference = np.arctan2(axes[:, 1], axes[:, 0]) - yaw
    return bool(np.median(np.abs(np.arctan2(np.sin(difference), np.cos(difference)))) < _RADIANS)
