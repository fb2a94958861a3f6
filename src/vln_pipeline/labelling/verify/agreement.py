"""How well ways agree with an instruction: the fewest statements and silent turns that contradict each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.verify.holds import Holds
from vln_pipeline.labelling.verify.statements import Act, Statement
from vln_pipeline.labelling.verify.ways import STEP, Ways

_LOST = 99.0
_SLACK = (0.8, 0.35)
"""A distance is right within so many metres, or within this share of it."""
_AT_ONCE = 1.6
"""Farthest from the event before it that one stops when just told to stop, metres."""
_THERE = 0.4
"""The same after a way that was told in metres, which has its own slack."""


@dataclass(frozen=True)
class Agreement:
    """What a way contradicts.

    Attributes:
        cost: (W,) statements and silent turns that do not fit.
        reached: (W,) statements that fit one after the other before the first that does not.
    """

    cost: NDArray[np.float64]
    reached: NDArray[np.int64]


def agree(statements: Sequence[Statement], ways: Ways, holds: Holds, *, complete: bool) -> Agreement:
    """Align statements with each way, in order, at the least cost.

    A dynamic program over (statement, sample): a statement either holds at some sample at or after that of the one
    before it, or counts as contradicted. A turn of more than 50 degrees that no statement tells counts, too.

    Args:
        statements: in order.
        ways: the ways.
        holds: tells where a statement holds.
        complete: whether the instruction is meant to tell every turn.
    """
    shape = ways.turn.shape
    inside = np.arange(shape[1])[None] <= ways.last[:, None]
    cost = np.full(shape, _LOST)
    cost[:, 0] = 0.0
    reached = np.zeros(shape[0], dtype=np.int64)
    unbroken = np.ones(shape[0], dtype=bool)
    final = np.arange(shape[0]), ways.last
    for number, statement in enumerate(statements):
        true = holds(statement) & inside
        told = statements[number - 1] if number else None
        passed = np.where(true, _before(statement, told, cost), _LOST)
        if statement.act in (Act.TURN, Act.CURVE):
            passed = passed - holds.told(statement) if complete else passed
        if statement.act is Act.STOP:
            at_end = np.full(shape, _LOST)
            at_end[final] = passed[final]
            passed = at_end
        unbroken &= (passed < 1 - _silent(ways)).any(axis=1) if complete else (passed < 1).any(axis=1)
        reached = np.where(unbroken, number + 1, reached)
        cost = np.minimum(passed, cost + 1)
    ended = np.minimum.accumulate(cost, axis=1)[final]
    silent = ways.big.sum(axis=1) if complete else 0
    return Agreement(ended + silent, reached)


def _silent(ways: Ways) -> NDArray[np.float64]:
    """Return how many turns lie at or before each sample; told ones were taken off the cost."""
    return np.cumsum(ways.big, axis=1).astype(np.float64)


def _before(statement: Statement, told: Statement | None, cost: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the least cost from which a statement can be true at each sample, after what was told before it."""
    if statement.act in (Act.SEE, Act.START, Act.BEYOND):
        return cost
    if statement.metres is not None and statement.act is not Act.STOP:
        slack = max(_SLACK[0], _SLACK[1] * statement.metres)
        return _within(cost, max(0.0, statement.metres - slack), statement.metres + slack)
    if statement.act is Act.STOP and _at_once(statement, told):
        measured = told is not None and told.act is Act.MOVE
        return _within(cost, 0.0, _THERE if measured else _AT_ONCE)
    earliest: NDArray[np.float64] = np.minimum.accumulate(cost, axis=1)
    if statement.act in (Act.TURN, Act.CURVE):
        # Two statements cannot be about one turn.
        earliest = np.concatenate([cost[:, :1], earliest[:, :-1]], axis=1)
    return earliest


def _at_once(stop: Statement, told: Statement | None) -> bool:
    """Return whether one stops where one is: nothing tells a place, or the way to it was just told in metres."""
    if stop.landmark:
        return False
    return not (stop.target or stop.where) or (told is not None and told.act is Act.MOVE)


def _within(cost: NDArray[np.float64], least: float, most: float) -> NDArray[np.float64]:
    """Return the least cost between ``most`` and ``least`` metres before each sample."""
    best = np.full_like(cost, _LOST)
    for back in range(round(least / STEP), round(most / STEP) + 1):
        if back < cost.shape[1]:
            best[:, back:] = np.minimum(best[:, back:], cost[:, : cost.shape[1] - back])
    return best
