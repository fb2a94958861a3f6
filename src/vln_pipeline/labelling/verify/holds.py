"""Where along ways a statement holds, by what is in view there."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.verify.parse import same_thing
from vln_pipeline.labelling.verify.statements import Act, Statement
from vln_pipeline.labelling.verify.ways import SPREAD, STEP, Ways
from vln_pipeline.labelling.verify.world import World

_AHEAD, _BESIDE = 40.0, (25.0, 155.0)
"""Bearings that a person takes for "ahead", at most, and for "on your left", between; degrees."""
_PASSED = (45.0, 135.0)
"""Bearings between which something is being passed, degrees."""
_FAR = {"at": 1.7, "pass": 2.5, "reach": 1.8, "side": 2.9, "ahead": 2.9}
"""Farthest thing that one is at, passes, reaches, or stops with at one's side or ahead, metres."""
_STOPPED = (38.0, 122.0)
"""Bearings of something that one stops with at one's side, degrees: about abeam."""
_OFF = (0.5, 0.3)
"""A distance to a thing is right within so many metres, or within this share of it."""
_INSIDE, _END, _BEHIND, _MIDDLE = 1.7, 1.5, 2.0, 1.1
"""Longest way since a door that is just inside, farthest end of a room that one has come to, shortest part of the room
that lies behind one then, and farthest middle of a room that one is in the middle of, metres."""
_REACHED, _NEXT = 1.3, 6.0
"""Farthest thing that has been reached, and farthest floor of a room that lies ahead, metres."""
_DOOR = 1.6
"""Farthest from a turn that the room lies which it leads into, metres."""
_CURVED, _CURVE_LENGTH = 12.0, 2.0
"""Least change of heading, degrees, over how many metres, that a person lets pass for a curve."""
_SLIGHT = 80.0
"""A turn that is said to be at most this large is a slight one, degrees."""
LARGE = 75.0
"""From this angle on, degrees, a turn may be walked as two on a natural way, within ``SPREAD``."""
_LOOK = 2.2
"""Way around a moment on which something that is told then must come into view, metres."""


class Holds:
    """Evaluates statements on the ways from one start.

    Args:
        world: the storey.
        ways: the ways.
        natural: whether they are ways that one would walk by itself; a slight turn or a curve that was walked need not
            show in those, and only turning to the other side contradicts it.
    """

    def __init__(self, world: World, ways: Ways, *, natural: bool) -> None:
        self._world, self._ways = world, ways
        self._least = -_CURVED if natural else _CURVED
        entered = np.zeros(ways.room.shape, dtype=bool)
        entered[:, 1:] = ways.room[:, 1:] != ways.room[:, :-1]
        self._entered = entered
        self._rooms = world.room_names(ways.room)
        self._known: dict[Statement, NDArray[np.bool_]] = {}

    def __call__(self, statement: Statement) -> NDArray[np.bool_]:
        """Return (W, T) where a statement holds."""
        if statement not in self._known:
            self._known[statement] = self._holds(statement)
        return self._known[statement]

    def _holds(self, s: Statement) -> NDArray[np.bool_]:
        world, everywhere = self._world, np.ones(self._ways.turn.shape, dtype=bool)
        match s.act:
            case Act.START:
                return np.broadcast_to((self._rooms[:, :1] == s.target) | (self._rooms[:, :1] == ""), everywhere.shape)
            case Act.TURN | Act.CURVE:
                return self._turns(s)
            case Act.MOVE:
                return everywhere
            case Act.ENTER | Act.LEAVE:
                return self._changes(s)
            case Act.PASSED:
                return self._at(s, _PASSED, _FAR["pass"])
            case Act.TOWARDS:
                return self._at(s, None, world.sight)
            case Act.REACH:
                return self._at(s, None, _FAR["reach"])
            case Act.SEE:
                seen = self._at(s, _BESIDE if s.side else None, world.sight)
                return _spread(seen, _LOOK)
            case Act.STOP:
                if s.landmark:
                    return self._stops(s)
                return self._places(s) if s.target or s.where else everywhere
            case Act.BEYOND:
                return self._beyond(s)

    def _turns(self, s: Statement) -> NDArray[np.bool_]:
        angle = self._ways.turn
        size, side = np.abs(angle), np.sign(angle) == s.side
        turned = (size >= s.turn[0]) & (size <= s.turn[1]) & (side | (size > 170) | (s.side == 0))
        if s.act is Act.CURVE or s.turn[1] <= _SLIGHT:
            true = side & (size > 0)
            for length in (_CURVE_LENGTH, _CURVE_LENGTH / 2):  # one that follows on another is seen in the shorter
                true |= self._bent(length) * s.side >= self._least
        else:
            true = turned
        if s.turn[0] >= LARGE:
            swept = _around(self._ways.heading, self._ways.yaw)
            true |= (np.abs(swept) >= s.turn[0]) & ((np.sign(swept) == s.side) | (s.side == 0))
        if s.target or s.source:
            true &= _spread(self._changes(s), _DOOR)
        if s.landmark and s.where == "ahead":
            true &= _later(self._at(s, None, self._world.sight, any_side=True), 1.6)
        elif s.landmark:
            true &= _spread(self._at(s, (0.0, 120.0), _FAR["at"], any_side=True), 1.0)
        return true

    def _bent(self, length: float) -> NDArray[np.float64]:
        """Return (W, T) by how much the heading changes over the metres before each sample, degrees."""
        heading, back = self._ways.heading, round(length / STEP)
        before = np.full_like(heading, self._ways.yaw)  # a way may begin in a curve
        before[:, back:] = heading[:, :-back]
        return np.asarray(heading - before)

    def _changes(self, s: Statement) -> NDArray[np.bool_]:
        before = np.concatenate([self._rooms[:, :1], self._rooms[:, :-1]], axis=1)
        true = self._entered.copy()
        if s.target:
            true &= (self._rooms == s.target) | (self._rooms == "")
        if s.source:
            true &= (before == s.source) | (before == "")
        return true

    def _beyond(self, s: Statement) -> NDArray[np.bool_]:
        """Return where something lies ahead that has not been reached."""
        if s.landmark:
            return self._at(s, None, self._world.sight) & ~self._at(s, (0.0, 180.0), _REACHED, any_side=True)
        world = self._world
        inside = world.room_names(world.room_index(world.xy)) == s.target
        true = np.zeros(self._ways.turn.shape, dtype=bool)
        for place in world.xy[inside]:
            near = np.linalg.norm(place - self._ways.xy, axis=-1) <= _NEXT
            true[near] |= np.abs(self._bearing(place[None], near)[0]) <= _AHEAD
        return true & (self._rooms != s.target)

    def _stops(self, s: Statement) -> NDArray[np.bool_]:
        if s.where == "between":
            other = replace(s, landmark=s.other)
            left, right = (
                self._one_side(s, 1) & self._one_side(other, -1),
                self._one_side(s, -1) & self._one_side(other, 1),
            )
            return left if s.side > 0 else right if s.side < 0 else left | right
        if s.where == "ahead":
            return self._at(s, None, _FAR["ahead"])
        if s.where == "before":
            return self._at(s, None, _FAR["at"])
        if s.where == "at":
            return self._at(s, _STOPPED if s.side else (0.0, 180.0), _FAR["at"])
        return self._at(s, _STOPPED, _FAR["side"])

    def _one_side(self, s: Statement, side: int) -> NDArray[np.bool_]:
        return self._at(replace(s, side=side), _STOPPED, _FAR["side"])

    def _places(self, s: Statement) -> NDArray[np.bool_]:
        """Return where one stops in a room, or in a part of it."""
        inside = (self._rooms == s.target) | (self._rooms == "") if s.target else np.ones(self._rooms.shape, dtype=bool)
        match s.where:
            case "inside":
                return inside & _later(self._entered[:, ::-1], _INSIDE)[:, ::-1]
            case "end":
                turned = np.radians(self._ways.heading)
                along = np.stack([np.cos(turned), np.sin(turned)], axis=-1)
                return inside & ~self._same_room(_END * along) & self._same_room(-_BEHIND * along)
            case "middle":
                middle = self._world.middles[self._ways.room]
                return inside & (np.linalg.norm(self._ways.xy - middle, axis=-1) <= _MIDDLE)
        return inside

    def _same_room(self, offset: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return whether the place at (W, T, 2) metres from each sample is in the sample's room."""
        return self._world.room_index(self._ways.xy + offset) == self._ways.room

    def _bearing(self, xy: NDArray[np.float64], at: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return (P, N) the bearings of (P, 2) places, degrees, at the N samples of a (W, T) mask."""
        offset = xy[:, None] - self._ways.xy[at]
        bearing = np.degrees(np.arctan2(offset[..., 1], offset[..., 0])) - self._ways.heading[at]
        return np.asarray((bearing + 180) % 360 - 180)

    def _at(
        self, s: Statement, bearings: tuple[float, float] | None, far: float, *, any_side: bool = False
    ) -> NDArray[np.bool_]:
        """Return where a thing of that name is in view, near enough, and within bearings; None for ahead."""
        ways, world = self._ways, self._world
        true = np.zeros(ways.turn.shape, dtype=bool)
        least, most = bearings or (0.0, _AHEAD)
        for k, thing in enumerate(world.things):
            if not same_thing(s.landmark, thing.category):
                continue
            gap = world.distance[ways.place, k]
            near = world.visible[ways.place, k] & (gap <= far)
            if s.act is Act.STOP and s.metres is not None:
                near &= np.abs(gap - s.metres) <= max(_OFF[0], _OFF[1] * s.metres)
            points, middle = thing.points[:, :2], self._bearing(world.centres[k][None], near)[0]
            within = (np.abs(middle) >= least) & (np.abs(middle) <= most)
            if s.act is Act.STOP:  # one stops before a rug whose middle is aside
                parts = self._bearing(points, near)
                close = np.linalg.norm(points[:, None] - ways.xy[near], axis=-1) <= far
                within |= (close & (np.abs(parts) >= least) & (np.abs(parts) <= most)).any(axis=0)
            elif s.act in (Act.REACH, Act.TOWARDS):  # and reaches a long one that lies across
                parts = self._bearing(points, near)
                crossed = (parts.min(axis=0) <= 0) & (parts.max(axis=0) >= 0)
                within |= crossed & (np.ptp(parts, axis=0) < 180.0)
            if bearings and s.side and not any_side:
                within &= np.sign(middle) == s.side
            true[near] |= within
        return true


def _around(values: NDArray[np.float64], before: float) -> NDArray[np.float64]:
    """Return by how much values change from half of ``SPREAD`` before each sample to half of it after.

    Args:
        values: (W, T).
        before: value before the first sample.
    """
    half, count = round(SPREAD / 2 / STEP), values.shape[1]
    first = np.full((len(values), 1), before)
    padded = np.concatenate([np.repeat(first, half, axis=1), values, np.repeat(values[:, -1:], half, axis=1)], axis=1)
    return np.asarray(padded[:, 2 * half :][:, :count] - padded[:, :count])


def _spread(true: NDArray[np.bool_], metres: float) -> NDArray[np.bool_]:
    """Return what is true within a way before or after each sample."""
    return _later(true, metres) | _later(true[:, ::-1], metres)[:, ::-1]


def _later(true: NDArray[np.bool_], metres: float) -> NDArray[np.bool_]:
    """Return what is true at each sample or within a way after it."""
    found = true.copy()
    for ahead in range(1, round(metres / STEP) + 1):
        if ahead < true.shape[1]:
            found[:, :-ahead] |= true[:, ahead:]
    return found
