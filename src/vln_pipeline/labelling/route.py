"""The facts of a walk, clip by clip, that every labeller puts into words."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.config import LandmarkConfig
from vln_pipeline.labelling.keyframes import Span, Turn
from vln_pipeline.labelling.landmarks import Mention, find_landmarks
from vln_pipeline.labelling.nouns import Nouns
from vln_pipeline.labelling.relations import relate
from vln_pipeline.labelling.walk import Walk


@dataclass(frozen=True)
class RoomChange:
    """A step from one room into another.

    Attributes:
        frame: first frame in the new room.
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
        drift: heading change that is not part of a turn, degrees, positive to the left.
        changes: rooms entered in it.
        mentions: what can be said of the landmarks visible in it, most salient landmark first.
        room: type of the room it ends in; empty where that has no name.
        last: whether the walk ends with it.
    """

    clip: Span
    length: float
    drift: float
    changes: tuple[RoomChange, ...]
    mentions: tuple[Mention, ...]
    room: str
    last: bool


def follow(walk: Walk, config: LandmarkConfig, nouns: Nouns) -> tuple[Leg, ...]:
    """Return the legs of a walk, one per clip."""
    heading = np.degrees(np.unwrap(walk.trajectory.yaw))
    turns = [turn for clip in walk.clips for turn in clip.turns]
    legs = []
    for clip in walk.clips:
        last = clip is walk.clips[-1]
        mentions = [
            mention
            for landmark in find_landmarks(walk, clip, config, nouns)
            for mention in relate(walk, clip, landmark, config, last=last)
        ]
        stop = min(clip.end + 1, len(heading) - 1)
        legs.append(
            Leg(
                clip=clip,
                length=float(walk.walked[stop] - walk.walked[clip.start]),
                drift=float(heading[stop] - heading[clip.start] - _turned(heading, clip.start, stop, turns)),
                changes=_changes(walk, clip),
                mentions=tuple(mentions),
                room=[visit.label for visit in walk.visits if visit.start <= clip.end][-1],
                last=last,
            )
        )
    return tuple(legs)


def _turned(heading: NDArray[np.float64], start: int, stop: int, turns: Sequence[Turn]) -> float:
    """Return the degrees between two frames that are part of turns; a wide turn may reach into a further clip."""
    total = 0.0
    for turn in turns:
        first, last = max(turn.start, start), min(turn.end, stop)
        if first < last:
            share = (heading[last] - heading[first]) / (heading[turn.end] - heading[turn.start])
            total += turn.angle * float(share)
    return total


def _changes(walk: Walk, clip: Span) -> tuple[RoomChange, ...]:
    return tuple(
        RoomChange(after.start, float(walk.walked[after.start] - walk.walked[clip.start]), before.label, after.label)
        for before, after in itertools.pairwise(walk.visits)
        if clip.start <= after.start <= clip.end and (before.label or after.label)
    )
