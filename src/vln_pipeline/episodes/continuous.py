"""A walk in discrete actions as one that a camera glides along."""

import numpy as np
from numpy.typing import NDArray


def continuous(
    poses: NDArray[np.float64], step: float, max_turn: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return frames between the poses of a discrete walk, which they all pass: it touches nothing the walk does not.

    Args:
        poses: (L, 4) x, y, z, yaw.
        step: largest distance between two frames, metres.
        max_turn: largest change of heading between two frames, radians.

    Returns:
        (N, 3) positions and (N,) headings in [-pi, pi), evenly spaced within each action; an action that changes
        nothing has no frame.
    """
    moves = np.diff(poses, axis=0)
    moves[:, 3] = (moves[:, 3] + np.pi) % (2 * np.pi) - np.pi
    frames = np.maximum(
        np.ceil(np.linalg.norm(moves[:, :3], axis=1) / step - 1e-9), np.ceil(np.abs(moves[:, 3]) / max_turn - 1e-9)
    ).astype(np.int64)
    first = np.cumsum(frames) - frames
    action = np.repeat(np.arange(len(moves)), frames)
    share = (np.arange(len(action)) - first[action]) / frames[action]
    between = np.concatenate([poses[action] + share[:, None] * moves[action], poses[-1:]])
    return between[:, :3], (between[:, 3] + np.pi) % (2 * np.pi) - np.pi
