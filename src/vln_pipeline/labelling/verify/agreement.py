"""How well ways agree with an instruction: the fewest statements and silent turns that contradict each of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.verify.alignment import Alignment
from vln_pipeline.labelling.verify.holds import LARGE, Holds
from vln_pipeline.labelling.verify.statements import Act, Statement
from vln_pipeline.labelling.verify.ways import SPREAD, STEP, Ways

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
    inside = np.arange(ways.turn.shape[1])[None] <= ways.last[:, None]
    aligned = Alignment.start(ways.big if complete else np.zeros_like(ways.big), _samples(SPREAD / 2))
    reached = np.zeros(len(ways.last), dtype=np.int64)
    unbroken = np.ones(len(ways.last), dtype=bool)
    for number, statement in enumerate(statements):
        told = statements[number - 1] if number else None
        true = holds(statement) & inside
        if statement.act is Act.STOP:
            true &= np.arange(true.shape[1])[None] == ways.last[:, None]
        fitting = _placed(aligned, statement, told).where(true)
        unbroken &= fitting.least() < 1
        reached = np.where(unbroken, number + 1, reached)
        aligned = fitting.or_contradicted(aligned)
    return Agreement(aligned.ended(), reached)


def _placed(aligned: Alignment, statement: Statement, told: Statement | None) -> Alignment:
    """Return what it costs to place a statement at each sample, after what was told before it."""
    if statement.act in (Act.SEE, Act.START, Act.BEYOND):
        return aligned
    if statement.metres is not None and statement.act is not Act.STOP:
        slack = max(_SLACK[0], _SLACK[1] * statement.metres)
        return aligned.moved(_samples(statement.metres - slack), _samples(statement.metres + slack))
    if statement.act is Act.STOP and _at_once(statement, told):
        return aligned.moved(0, _samples(_THERE if _is_measured(told) else _AT_ONCE))
    if statement.act in (Act.TURN, Act.CURVE):
        return aligned.turned_wide() if statement.turn[0] >= LARGE else aligned.turned()
    return aligned.moved()


def _at_once(stop: Statement, told: Statement | None) -> bool:
    """Return whether one stops where one is: nothing tells a place, or the way to it was just told in metres."""
    if stop.landmark or (told is not None and told.act is Act.MOVE and told.metres is None):
        return False
    return not (stop.target or stop.where) or _is_measured(told)


def _is_measured(told: Statement | None) -> bool:
    return told is not None and told.act is Act.MOVE and told.metres is not None


def _samples(metres: float) -> int:
    return max(0, round(metres / STEP))
