"""From recorded actions to a pose per action."""

import math

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.episodes.episode import GroundTruth
from vln_pipeline.planning.discretise import replay
from vln_pipeline.planning.trajectory import Action

_AT_START = 0.05
"""Largest distance between an episode's start and the first recorded location, metres."""
_WALKED = 0.5
"""Share of a step below which a step was blocked, and its direction says nothing."""
_ALONG = 0.5
"""Least share of the steps that lead along their headings; the others slid along an obstacle."""
_FURTHEST = 1.5
"""Largest level part of one step, in steps: the simulator sets a body at an edge back onto its navmesh, and in R2R-CE's
files moves it by up to 1.15 steps in all."""
_LONGER = 1.1
"""Largest median of the steps, in steps: beyond it steps have another length, not single ones."""
_STAIRS = 0.6
"""Largest change of height in one step, metres; steps of stairs are lower."""


def replayed(
    start: NDArray[np.float64],
    actions: NDArray[np.int8],
    locations: NDArray[np.float64] | None,
    turn: float,
    step: float,
) -> GroundTruth:
    """Return a recorded way with the pose before each action.

    Yaw is integrated from the start. Positions are the recorded ones, one after each forward action and held on turns,
    so that what slid along an obstacle stays where it was recorded; without them the way is walked on open floor.

    Args:
        start: (4,) x, y, z, yaw.
        actions: (K,) forward, left and right.
        locations: (F + 1, 3) positions at the start and after each of F forward actions, or None.
        turn: angle of a turn action, degrees.
        step: length of a forward action, metres.

    Raises:
        ValueError: actions, locations and start do not belong together.
    """
    walked = replay(actions, start[[0, 1, 3]], step, math.radians(turn))
    yaw = walked[:, 2]
    if locations is None:
        positions = np.column_stack([walked[:, :2], np.full(len(walked), start[2])])
    else:
        steps = np.concatenate([[0], np.cumsum(actions == Action.FORWARD)])
        if len(locations) != steps[-1] + 1:
            raise ValueError(f"{len(locations)} locations do not belong to {steps[-1]} forward actions")
        _check(start, actions, locations, yaw, turn, step)
        positions = locations[steps]
    return GroundTruth(actions, turn, step, np.column_stack([positions, yaw]))


def _check(
    start: NDArray[np.float64],
    actions: NDArray[np.int8],
    locations: NDArray[np.float64],
    yaw: NDArray[np.float64],
    turn: float,
    step: float,
) -> None:
    away = float(np.linalg.norm(locations[0] - start[:3]))
    if away > _AT_START:
        raise ValueError(f"its first location is {away:.2f} m from start_position")
    moves = np.diff(locations, axis=0)
    level = np.hypot(moves[:, 0], moves[:, 1])
    if level.max(initial=0) > _FURTHEST * step:
        raise ValueError(f"a forward action of {step:g} m covers {level.max():.2f} m on the level")
    if np.abs(moves[:, 2]).max(initial=0) > _STAIRS:
        raise ValueError(f"a forward action climbs {np.abs(moves[:, 2]).max():.2f} m, where {_STAIRS:g} m may be")
    free = level > _WALKED * step
    if not free.any():
        return
    usual = float(np.median(level[free]))
    if usual > _LONGER * step:
        raise ValueError(f"its forward actions cover {usual:.2f} m in the median, where a step is {step:g} m")
    heading = yaw[:-1][actions == Action.FORWARD][free]
    off = np.angle(np.exp(1j * (np.arctan2(moves[free, 1], moves[free, 0]) - heading)))
    along = float((np.abs(off) <= math.radians(turn) / 2).mean())
    if along < _ALONG:
        cause = f"start_rotation or a turn of {turn:g} degrees is wrong"
        raise ValueError(f"only {along:.0%} of its steps lead along their headings: {cause}")
