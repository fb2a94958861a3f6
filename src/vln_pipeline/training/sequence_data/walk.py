"""A walk as a single system learns it: what is done at every frame."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.training.navdp_data.walk import FrameSource


@dataclass(frozen=True, eq=False)
class SequenceWalk:
    """One episode of T frames, the last one with its last action.

    Attributes:
        name: for a person.
        scene: name of its scene.
        source: name of the recording in the mix, or folder.
        share: of that recording's samples that is taken, more than 0 and at most 1.
        instructions: wordings of the route.
        frames: reads its frames.
        actions: (T,) int64 what was done at each frame.
        expert_actions: (T,) int64 what is to be learned: an expert's advice where an agent drove, else the same.
        progress: (T,) float32 share of the way that is behind.
        poses: (T, 3) float64 x, y, metres, and yaw, radians, as seen from the first frame: x forward, y left.
    """

    name: str
    scene: str
    source: str
    share: float
    instructions: tuple[str, ...]
    frames: FrameSource
    actions: NDArray[np.int64]
    expert_actions: NDArray[np.int64]
    progress: NDArray[np.float32]
    poses: NDArray[np.float64]


def from_first(positions: NDArray[np.float64], yaw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (T, 3) x, y and yaw as seen from the first frame: x forward, y left.

    Args:
        positions: (T, 2) metres.
        yaw: (T,) radians, counter-clockwise from +x.
    """
    away, c, s = positions - positions[0], np.cos(yaw[0]), np.sin(yaw[0])
    turned = yaw - yaw[0]
    along, aside = c * away[:, 0] + s * away[:, 1], c * away[:, 1] - s * away[:, 0]
    return np.column_stack([along, aside, np.arctan2(np.sin(turned), np.cos(turned))])


def share_of_way(positions: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return (T,) share of the way along (T, 2) positions that is behind; 1 where there is no way at all.

    VLN-CE has 1 - d_t / d_0 of geodesic distances to the goal, which is the same along a shortest way.
    """
    behind = np.r_[0.0, np.linalg.norm(np.diff(positions, axis=0), axis=1).cumsum()]
    return (behind / behind[-1] if behind[-1] > 0 else np.ones_like(behind)).astype(np.float32)
