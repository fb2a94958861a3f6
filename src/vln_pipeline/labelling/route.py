"""The facts of a walk, clip by clip, that every labeller puts into words."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.bends import STRADDLES, Bend, curve_of, turns_of
from vln_pipeline.labelling.climbs import Climb, find_climbs
from vln_pipeline.labelling.config import LandmarkConfig
from vln_pipeline.labelling.keyframes import Span, Turn
from vln_pipeline.labelling.landmarks import Mention, find_landmarks
from vln_pipeline.labelling.nouns import Nouns
from vln_pipeline.labelling.places import Place, place_of
from vln_pipeline.labelling.relations import relate
from vln_pipeline.labelling.walk import Walk


@dataclass(frozen=True)
class RoomChange:
    """A step from one room into another.

    Attributes:
        frame: first frame in the new room; where a turn has hardly begun or is all but done there, one outside it.
        walked: path from the clip's start to there, metres.
        source, target: room types; empty where a room has no name.
    """

    frame: int
    walked: float
    source: str
    target: str


@dataclass(frozen=True)
class Leg:
    """The facts of one clip.

    Attributes:
        clip: its frames and turns.
        length: of its path, metres.
        tail: the same from its last turn or change of room on.
        turns: that begin in it, in order.
        curve: heading change that is not part of a turn.
        changes: rooms entered in it, or by its turns.
        mentions: what can be said of the landmarks visible in it, most salient landmark first.
        room: type of the room it ends in; empty where that has no name.
        last: whether the walk ends with it.
        place: part of its room that the walk ends in, where it does.
        climbs: ways up or down that begin in it.
    """

    clip: Span
    length: float
    tail: float
    turns: tuple[Bend, ...]
    curve: Bend
    changes: tuple[RoomChange, ...]
    mentions: tuple[Mention, ...]
    room: str
    last: bool
    place: Place = Place.ANYWHERE
    climbs: tuple[Climb, ...] = ()

    @property
    def drift(self) -> float:
        """Heading change that is not part of a turn, degrees, positive to the left."""
        return self.curve.angle


def follow(walk: Walk, config: LandmarkConfig, nouns: Nouns) -> tuple[Leg, ...]:
    """Return the legs of a walk, one per clip."""
    heading = np.degrees(np.unwrap(walk.trajectory.yaw))
    turns = [turn for clip in walk.clips for turn in clip.turns]
    bends = [turns_of(clip, heading, walk.visits) for clip in walk.clips]
    entered = [bend.entered for told in bends for bend in told if bend.entered is not None]
    moments = [_moment(visit.start, heading, turns) for visit in walk.visits[1:]]
    climbs = find_climbs(walk.trajectory.path)
    legs = []
    for clip, told in zip(walk.clips, bends, strict=True):
        last = clip is walk.clips[-1]
        mentions = [
            mention
            for landmark in find_landmarks(walk, clip, config, nouns)
            for mention in relate(walk, clip, landmark, config, last=last)
        ]
        changes = _changes(walk, clip, [bend.entered for bend in told], entered, moments)
        event = max([clip.start, *(bend.frame for bend in told), *(change.frame for change in changes)])
        stop = min(clip.end + 1, len(heading) - 1)
        legs.append(
            Leg(
                clip=clip,
                length=float(walk.walked[stop] - walk.walked[clip.start]),
                tail=max(0.0, float(walk.walked[stop] - walk.walked[event])),
                turns=told,
                curve=curve_of(clip, _outside(heading, clip, turns), walk.visits, entered),
                changes=changes,
                mentions=tuple(mentions),
                room=[visit.label for visit in walk.visits if visit.start <= clip.end][-1],
                last=last,
                place=_place(walk) if last else Place.ANYWHERE,
                climbs=tuple(climb for climb in climbs if clip.start <= climb.start <= clip.end),
            )
        )
    return tuple(legs)


def _place(walk: Walk) -> Place:
    return place_of(walk.trajectory.path, float(walk.trajectory.yaw[-1]), walk.floor)


def _changes(
    walk: Walk, clip: Span, own: Sequence[int | None], by_turns: Sequence[int | None], moments: Sequence[int]
) -> tuple[RoomChange, ...]:
    """Return the rooms entered by the clip's own turns, and the others entered in it that no turn leads into.

    Args:
        walk: the walk.
        clip: one of its clips.
        own: first frames of the rooms that its turns lead into.
        by_turns: the same of all turns.
        moments: when each visit but the first is told to begin.
    """
    return tuple(
        RoomChange(moment, float(walk.walked[moment] - walk.walked[clip.start]), before.label, after.label)
        for (before, after), moment in zip(itertools.pairwise(walk.visits), moments, strict=True)
        if after.start in own or (clip.start <= moment <= clip.end and after.start not in by_turns)
        if before.label or after.label
    )


def _moment(frame: int, heading: NDArray[np.float64], turns: Sequence[Turn]) -> int:
    """Return when a room entered at a frame is told: outside a turn that has hardly begun or is all but done."""
    for turn in turns:
        if turn.start <= frame <= turn.end:
            share = (heading[frame] - heading[turn.start]) / (heading[turn.end] - heading[turn.start])
            if share < STRADDLES[0]:
                return max(turn.start - 1, 0)
            if share > STRADDLES[1]:
                return min(turn.end + 1, len(heading) - 1)
    return frame


def _outside(heading: NDArray[np.float64], clip: Span, turns: Sequence[Turn]) -> NDArray[np.float64]:
    """Return the heading outside turns at each frame of a clip and the one after it, since its first, degrees."""
    frames = range(clip.start, min(clip.end + 1, len(heading) - 1) + 1)
    return np.array([heading[i] - heading[clip.start] - _turned(heading, clip.start, i, turns) for i in frames])


def _turned(heading: NDArray[np.float64], start: int, stop: int, turns: Sequence[Turn]) -> float:
    """Return the degrees between two frames that are part of turns; a wide turn may reach into a further clip."""
    total = 0.0
    for turn in turns:
        first, last = max(turn.start, start), min(turn.end, stop)
        if first < last:
            total += float(heading[last] - heading[first])
    return total
