"""From a drive that failed to the first cause of it."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.evaluation.vln.agents.agent import Call
from vln_pipeline.evaluation.vln.diagnosis.cause import Cause
from vln_pipeline.evaluation.vln.diagnosis.decision import on_obstacle, wrong_answer
from vln_pipeline.evaluation.vln.diagnosis.way import CLOSE, NEAR, Turn, Way
from vln_pipeline.evaluation.vln.drive import Drive
from vln_pipeline.evaluation.vln.rules import Rules
from vln_pipeline.evaluation.world.planar import wrap
from vln_pipeline.planning.navigation_map import FloorMap

_SPOT, _STAY = 0.2, 8
"""A robot that ends within the former of where it was the latter number of steps before is stuck, if it touched
something there, metres."""
_BESIDE, _BACK = math.radians(20), math.radians(150)


@dataclass(frozen=True)
class Finding:
    """Why an episode failed.

    Attributes:
        cause: the first one.
        step: actions taken before it.
        done: share of the way that was done by then.
    """

    cause: Cause
    step: int
    done: float


def diagnose(drive: Drive, rules: Rules, floor: FloorMap) -> Finding | None:
    """Return the first cause of a failed episode; None where it succeeded.

    Args:
        drive: the record.
        rules: of the drive.
        floor: that it took place on.
    """
    distances = rules.protocol.distances(drive.trace)
    if rules.protocol.succeeds(drive.trace, distances):
        return None
    return _Inquiry(drive, rules, floor).finding(np.flatnonzero(distances < rules.protocol.success_distance))


class _Inquiry:
    """One failed drive beside its way."""

    def __init__(self, drive: Drive, rules: Rules, floor: FloorMap) -> None:
        self._drive, self._rules, self._floor = drive, rules, floor
        self._way = Way(drive.episode.reference, float(drive.episode.start[3]))
        self._done, self._apart = self._way.progress(drive.track[:, :2])
        self._last = len(drive.track) - 1

    def finding(self, inside: NDArray[np.int64]) -> Finding:
        """Return the first cause; ``inside`` are the steps within the success radius."""
        if len(inside):
            ended_there = inside[-1] == self._last
            return self._found(Cause.OUT_OF_STEPS if ended_there else Cause.PASSED_GOAL, int(inside[-1]))
        if self._apart[-1] >= NEAR:
            return self._why_it_left()
        return self._why_it_ended()

    def _why_it_ended(self) -> Finding:
        """Return why a robot that is on its way goes no further."""
        touched = self._stuck()
        call = self._decision(self._last)
        if touched is not None:
            goal = self._goal_on_obstacle(self._decision(touched), touched)
            return self._found(Cause.STUCK, touched) if goal is None else goal
        if not self._drive.stopped:
            return self._found(Cause.OUT_OF_STEPS, self._last)
        if call is not None and self._wrong(call) is Cause.WRONG_KIND:
            return self._found(Cause.WRONG_KIND, call.step)
        return self._found(Cause.STOPPED_EARLY, self._last)

    def _why_it_left(self) -> Finding:
        """Return why a robot left its way for good: by what was decided where it was last close to it, or by where."""
        left = _last(self._apart < NEAR) + 1
        begun = max(0, _last(self._apart[:left] < CLOSE))
        call = self._decision(begun)
        wrong = None if call is None else self._wrong(call)
        if call is not None and wrong is not None:
            return self._found(wrong, call.step)
        turn = self._way.turn_at(float(self._done[begun]))
        if turn is not None and self._beside(turn, left):
            return self._found(Cause.WRONG_SIDE, begun)
        goal = self._goal_on_obstacle(call, begun)
        if goal is not None:
            return goal
        return self._found(Cause.LEFT_WAY if turn is None else Cause.LOST_AFTER_TURN, begun)

    def _found(self, cause: Cause, step: int) -> Finding:
        return Finding(cause, step, float(self._done[step] / self._way.length) if self._way.length else 1.0)

    def _decision(self, step: int) -> Call | None:
        """Return the last question to System 2 until a step."""
        asked = [call for call in self._drive.calls if call.model == "system2" and call.step <= step]
        return asked[-1] if asked else None

    def _wrong(self, call: Call) -> Cause | None:
        pose = self._drive.track[call.step, [0, 1, 3]]
        bearing = self._way.bearing(float(self._done[call.step]), pose)
        return wrong_answer(call, bearing, math.radians(self._rules.motion.turn))

    def _goal_on_obstacle(self, call: Call | None, step: int) -> Finding | None:
        """Return the finding that the goal in force at a step shows no free floor; None where it does."""
        told = [i for i in self._drive.intents if call is not None and i.asked == call.step and i.asked <= step]
        if not told or not on_obstacle(told[0], self._drive.track[told[0].asked], self._rules, self._floor):
            return None
        return self._found(Cause.GOAL_ON_OBSTACLE, told[0].asked)

    def _stuck(self) -> int | None:
        """Return the step of the first contact where the robot ended up stuck; None where it did not."""
        track, collided = self._drive.track[:, :2], self._drive.collided
        came = max(0, _last(np.linalg.norm(track - track[-1], axis=1) > _SPOT))
        touches = came + np.flatnonzero(collided[came:])
        return int(touches[0]) if len(touches) and self._last - came >= _STAY else None

    def _beside(self, turn: Turn, left: int) -> bool:
        """Tell whether the robot left a turn to the other side than that it was to turn to."""
        offset = self._drive.track[left, :2] - turn.place
        side = wrap(math.atan2(offset[1], offset[0]) - turn.incoming)
        return abs(turn.angle) < _BACK and abs(side) > _BESIDE and side * turn.angle < 0


def _last(holds: NDArray[np.bool_]) -> int:
    """Return the last index at which something holds; -1 where it never does."""
    found = np.flatnonzero(holds)
    return int(found[-1]) if len(found) else -1
