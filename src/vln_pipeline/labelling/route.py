"""The facts of a walk, clip by clip, that every labeller puts into words."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vln_pipeline.labelling.bends import Bend, curve_of, turns_of
from vln_pipeline.labelling.config import LandmarkConfig
from vln_pipeline.labelling.keyframes import Span
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
        tail: the same from its last turn or change of room on.
        turns: that begin in it, in order.
        curve: heading change that is not part of a turn.
        changes: rooms entered in it, or by its turns.
        mentions: what can be said of the landmarks visible in it, most salient landmark first.
        room: type of the room it ends in; empty where that has no name.
        last: whether the walk ends with it.
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


def follow(walk: Walk, config: LandmarkConfig, nouns: Nouns) -> tuple[Leg, ...]:
    """Return the legs of a walk, one per clip."""
    heading = np.degrees(np.unwrap(walk.trajectory.yaw))
    turns = [turn for clip in walk.clips for turn in clip.turns]
    bends = [turns_of(clip, heading, walk.visits) for clip in walk.clips]
    entered = [bend.entered for told in bends for bend in told if bend.entered is not None]
    legs = []
    for clip, told in zip(walk.clips, bends, strict=True):
        last = clip is walk.clips[-1]
        mentions = [
            mention
            for landmark in find_landmarks(walk, clip, config, nouns)
            for mention in relate(walk, clip, landmark, config, last=last)
        ]
        changes = _changes(walk, clip, [bend.entered for bend in told], entered)
        event = max([clip.start, *(bend.frame for bend in told), *(change.frame for change in changes)])
        stop = min(clip.end + 1, len(heading) - 1)
        legs.append(
            Leg(
                clip=clip,
                length=float(walk.walked[stop] - walk.walked[clip.start]),
                tail=max(0.0, float(walk.walked[stop] - walk.walked[event])),
                turns=told,
                curve=curve_of(clip, heading, turns, walk.visits, entered),
                changes=changes,
                mentions=tuple(mentions),
                room=[visit.label for visit in walk.visits if visit.start <= clip.end][-1],
                last=last,
            )
        )
    return tuple(legs)


def _changes(
    walk: Walk, clip: Span, own: Sequence[int | None], by_turns: Sequence[int | None]
) -> tuple[RoomChange, ...]:
    """Return the rooms entered by the clip's own turns, and the others entered in it that no turn leads into."""
    return tuple(
        RoomChange(after.start, float(walk.walked[after.start] - walk.walked[clip.start]), before.label, after.label)
        for before, after in itertools.pairwise(walk.visits)
        if after.start in own or (clip.start <= after.start <= clip.end and after.start not in by_turns)
        if before.label or after.label
    )
