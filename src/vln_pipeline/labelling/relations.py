"""What can be said of a landmark during a clip."""

from collections.abc import Iterator

import numpy as np

from vln_pipeline.labelling.config import LandmarkConfig
from vln_pipeline.labelling.keyframes import Span, Turn
from vln_pipeline.labelling.landmarks import Landmark, Mention, Relation
from vln_pipeline.labelling.walk import Walk

_AHEAD = 20.0
"""An object within this bearing lies ahead, degrees."""
_AT = 2.0
"""Farthest object at which one turns, metres."""
_REACHED = 1.5
"""An object ahead and nearer than this is reached, metres."""
_APPROACH = 1.0
"""Least decrease of distance that counts as walking towards something, metres."""


def relate(walk: Walk, clip: Span, landmark: Landmark, config: LandmarkConfig, *, last: bool) -> tuple[Mention, ...]:
    """Return every relation that holds between a landmark and a clip.

    Sides are signs of the landmark's position in the body frame (y left), never of its place in an image.

    Args:
        walk: the walk.
        clip: one of its clips.
        landmark: visible in the clip.
        config: distances.
        last: whether the walk ends with this clip.
    """
    return tuple(_relations(_Bearings(walk, clip, landmark), landmark, config, last))


class _Bearings:
    """A landmark in the body frame of each frame of a clip."""

    def __init__(self, walk: Walk, clip: Span, landmark: Landmark) -> None:
        self.clip = clip
        frames = slice(clip.start, clip.end + 1)
        self.walked = walk.walked[frames]
        self.yaw = np.degrees(np.unwrap(walk.trajectory.yaw[frames]))
        offset = landmark.position[:2] - walk.trajectory.path[frames, :2]
        c, s = np.cos(walk.trajectory.yaw[frames]), np.sin(walk.trajectory.yaw[frames])
        self.forward = c * offset[:, 0] + s * offset[:, 1]
        self.left = c * offset[:, 1] - s * offset[:, 0]
        self.distance = np.hypot(self.forward, self.left)
        self.bearing = np.degrees(np.arctan2(self.left, self.forward))

    def side(self, i: int) -> int:
        return 0 if abs(self.bearing[i]) <= _AHEAD else int(np.sign(self.left[i]))


def _relations(b: _Bearings, landmark: Landmark, config: LandmarkConfig, last: bool) -> Iterator[Mention]:
    start, end = b.clip.start, len(b.distance) - 1
    for turn in b.clip.turns:
        yield from _at_turn(b, landmark, turn)
    crossing = _passing(b, config.passing_distance)
    if crossing is not None:
        yield Mention(landmark, Relation.PASSED, int(np.sign(b.left[crossing])), start + crossing)
    settled = min(max((t.end - start for t in b.clip.turns), default=0), end)
    if abs(b.bearing[end]) <= _AHEAD and b.distance[settled] - b.distance[end] >= _APPROACH:
        reached = b.distance[end] <= _REACHED
        yield Mention(landmark, Relation.REACHED if reached else Relation.TOWARDS, 0, start + end)
    if last and b.distance[end] <= config.goal_distance and abs(b.bearing[end]) <= 110:
        yield Mention(landmark, Relation.GOAL, b.side(end), start + end)
    seen = landmark.frame - start
    if b.forward[seen] > 0:
        yield Mention(landmark, Relation.SEEN, b.side(seen), landmark.frame)


def _at_turn(b: _Bearings, landmark: Landmark, turn: Turn) -> Iterator[Mention]:
    first, after = turn.start - b.clip.start, min(turn.end - b.clip.start, len(b.distance) - 1)
    side = int(np.sign(turn.angle))
    if b.bearing[first] * side > _AHEAD and abs(b.bearing[after]) <= _AHEAD and b.distance[after] > _REACHED:
        yield Mention(landmark, Relation.TURN_TOWARDS, side, turn.start)
    elif b.distance[first] <= _AT and abs(b.bearing[first]) <= 75:
        yield Mention(landmark, Relation.TURN_AT, side, turn.start)


def _passing(b: _Bearings, farthest: float) -> int | None:
    """Return the index at which the landmark falls behind the shoulder by walking, not by turning away from it."""
    behind = np.flatnonzero((b.forward[:-1] > 0) & (b.forward[1:] <= 0)) + 1
    for i in behind.tolist():
        before = int(np.searchsorted(b.walked, b.walked[i] - 0.7))
        steady = abs(b.yaw[i] - b.yaw[before]) <= 30 and b.walked[i] - b.walked[before] >= 0.5
        if steady and 0.2 <= abs(b.left[i]) <= farthest:
            return i
    return None
