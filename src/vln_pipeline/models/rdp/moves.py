"""Moves: how far the robot gets forward and to the left, metres, and turns, radians, from one step to the next."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.planning.trajectory import Action

LIMITS = np.array([0.25, 0.25, 0.27])
"""Metres and radians that 1 stands for in a network's moves."""
_NOTHING = 0.1
"""Metres, or radians, below which a move is none."""
_STILL = 3
"""Moves without motion in a row that mean STOP."""


def wrapped(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return angles in [-pi, pi], radians."""
    return np.arctan2(np.sin(angle), np.cos(angle))


def moves_ahead(poses: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return (T, count, 3) the moves after each step, forward and left as seen from that step; 0 behind the end.

    Args:
        poses: (T, 3) x, y, metres, and yaw, radians, at each step.
        count: moves of each.
    """
    steps = np.arange(len(poses))
    chosen = poses[np.minimum(steps[:, None] + np.arange(count + 1), len(poses) - 1)]
    apart, turns = np.diff(chosen[..., :2], axis=1), wrapped(np.diff(chosen[..., 2], axis=1))
    c, s = np.cos(poses[:, 2])[:, None], np.sin(poses[:, 2])[:, None]
    forward, left = c * apart[..., 0] + s * apart[..., 1], c * apart[..., 1] - s * apart[..., 0]
    return np.stack([forward, left, turns], axis=-1)


def moves_back(poses: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Return (T, count, 3) the moves that lead back from each step, the latest first; 0 before the start."""
    return moves_ahead(poses[::-1], count)[::-1].copy()


def as_acted(moves: NDArray[np.float64], actions: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return moves put right where a body did not do what its action says (InternNav's rule).

    Args:
        moves: (T, K, 3) the moves after each step.
        actions: (T,) the action at each step; after the last, STOP.
    """
    found = moves.copy()
    steps, count = np.arange(len(actions)), moves.shape[1]
    padded = np.r_[actions, np.full(count, int(Action.STOP))]
    heading = np.zeros(len(actions))
    for k in range(count):
        action, move = padded[steps + k], found[:, k]
        turn = (action == Action.LEFT).astype(float) - (action == Action.RIGHT)
        stood = (action == Action.FORWARD) & (np.abs(move[:, :2]) < _NOTHING).all(axis=1)
        ahead = LIMITS[0] * np.column_stack([np.cos(heading), np.sin(heading)])
        move[:, :2] = np.where(stood[:, None], ahead, move[:, :2])
        move[:, 2] = np.where(stood & (move[:, 2] > _NOTHING), 0.0, move[:, 2])
        drifted = (turn != 0)[:, None] & (np.abs(move[:, :2]) > _NOTHING)
        move[:, :2] = np.where(drifted, 0.0, move[:, :2])
        short = (turn != 0) & (np.abs(move[:, 2]) < 2 * _NOTHING)
        move[:, 2] = np.where(short, turn * LIMITS[2], move[:, 2])
        move[action == Action.STOP] = 0.0
        heading += turn * np.pi / 12
    return found


def actions_of(moves: NDArray[np.float64], done: float, threshold: float) -> list[Action]:
    """Return the actions of predicted moves (InternNav's rule).

    Args:
        moves: (K, 3).
        done: predicted share of the steps that are behind.
        threshold: of that share beyond which the robot stops.
    """
    if done > threshold:
        return [Action.STOP]
    still: NDArray[np.bool_] = np.all(np.abs(moves) < _NOTHING, axis=1)
    actions: list[Action] = []
    for k, move in enumerate(moves):
        if k + _STILL < len(moves) and still[k : k + _STILL].all():
            return [*actions, Action.STOP]
        turns = (np.abs(move[:2]) < _NOTHING).all()
        actions.append((Action.LEFT if move[2] > 0 else Action.RIGHT) if turns else Action.FORWARD)
    return actions
