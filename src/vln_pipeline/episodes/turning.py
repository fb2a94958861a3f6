"""Ways in turns of one angle as ways in turns of another."""

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.episodes.episode import GroundTruth
from vln_pipeline.planning.trajectory import Action


def in_turns_of(truth: GroundTruth, turn: float) -> GroundTruth | None:
    """Return the same way in turn actions of another angle, or None where that is not possible.

    A turn is parted into equal smaller ones. Smaller turns are joined where each run of equal turns is a whole number
    of larger ones; a run that is not can only be walked anew.

    Args:
        truth: the way.
        turn: degrees; a whole multiple or fraction of the way's own.
    """
    if turn == truth.turn:
        return truth
    if turn < truth.turn:
        return _parted(truth, turn)
    return _joined(truth, turn)


def _parted(truth: GroundTruth, turn: float) -> GroundTruth | None:
    pieces = round(truth.turn / turn)
    if abs(pieces * turn - truth.turn) > 1e-6:
        return None
    counts = np.where(truth.actions == Action.FORWARD, 1, pieces)
    first = np.cumsum(counts) - counts
    actions = np.repeat(truth.actions, counts)
    part = np.arange(len(actions)) - np.repeat(first, counts)
    poses = np.concatenate([np.repeat(truth.poses[:-1], counts, axis=0), truth.poses[-1:]])
    sign = np.where(actions == Action.LEFT, 1.0, np.where(actions == Action.RIGHT, -1.0, 0.0))
    poses[:-1, 3] = _wrapped(poses[:-1, 3] + sign * part * np.radians(turn))
    return GroundTruth(actions, turn, truth.step, poses)


def _joined(truth: GroundTruth, turn: float) -> GroundTruth | None:
    pieces = round(turn / truth.turn)
    if abs(pieces * truth.turn - turn) > 1e-6:
        return None
    actions = truth.actions
    begins = np.flatnonzero(np.concatenate([[True], actions[1:] != actions[:-1]])) if len(actions) else np.zeros(0, int)
    lengths = np.diff(np.append(begins, len(actions)))
    turns = actions[begins] != Action.FORWARD
    if (lengths[turns] % pieces).any():
        return None
    place = np.arange(len(actions)) - np.repeat(begins, lengths)
    kept = np.flatnonzero((actions == Action.FORWARD) | (place % pieces == 0))
    return GroundTruth(actions[kept], turn, truth.step, truth.poses[np.append(kept, len(actions))])


def _wrapped(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    return (angles + np.pi) % (2 * np.pi) - np.pi
