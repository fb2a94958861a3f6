"""What can be said of a landmark during a clip."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vln_pipeline.labelling.config import LandmarkConfig
from vln_pipeline.labelling.keyframes import Span, Turn
from vln_pipeline.labelling.landmarks import Landmark, Mention, Relation
from vln_pipeline.labelling.regions import room_at
from vln_pipeline.labelling.walk import Walk
from vln_pipeline.planning.trajectory import Trajectory

_AHEAD = 20.0
"""An object within this bearing lies ahead, degrees."""
_AT = 2.0
"""Farthest object at which one turns, metres."""
_REACHED = 1.5
"""An object ahead and nearer than this is reached, metres."""
_APPROACH = 1.0
"""Least decrease of distance that counts as walking towards something, metres."""

_FROM_AFAR = (Relation.SEEN, Relation.TOWARDS, Relation.TURN_TOWARDS)
"""Relations that hold through a doorway; one does not pass or reach what stands in another room."""


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
    b = _Bearings(walk, clip, landmark)
    return tuple(
        mention
        for mention in _relations(b, landmark, config, last)
        if mention.relation in _FROM_AFAR or b.together[mention.frame - clip.start]
    )


class _Bearings:
    """A landmark in the body frame of each frame of a clip."""

    def __init__(self, walk: Walk, clip: Span, landmark: Landmark) -> None:
        self.clip = clip
        frames = slice(clip.start, clip.end + 1)
        self.walked = walk.walked[frames]
        self.yaw = np.degrees(np.unwrap(walk.trajectory.yaw[frames]))
        body = _to_body(walk.trajectory, frames, landmark.position)
        self.forward, self.left = body[:, 0], body[:, 1]
        self.distance = np.hypot(self.forward, self.left)
        room = room_at(walk.floor, landmark.position[:2])
        self.together = (walk.rooms[frames] == room) | (walk.rooms[frames] < 0) | (room < 0)
        self.bearing = np.degrees(np.arctan2(self.left, self.forward))
        (seen,) = _to_body(walk.trajectory, slice(landmark.frame, landmark.frame + 1), landmark.view)
        self.seen_side = _side(float(np.degrees(np.arctan2(seen[1], seen[0]))))


def _to_body(trajectory: Trajectory, frames: slice, point: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (n, 2) a world point in the body frame (x forward, y left) of each frame, metres."""
    offset, yaw = point[:2] - trajectory.path[frames, :2], trajectory.yaw[frames]
    c, s = np.cos(yaw), np.sin(yaw)
    return np.stack([c * offset[:, 0] + s * offset[:, 1], c * offset[:, 1] - s * offset[:, 0]], axis=1)


def _side(bearing: float) -> int:
    return 0 if abs(bearing) <= _AHEAD else int(np.sign(bearing))


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
        yield Mention(landmark, Relation.GOAL, _side(float(b.bearing[end])), start + end)
    # Of a large object one frame may show a part that lies to the other side than its middle.
    yield Mention(landmark, Relation.SEEN, b.seen_side, landmark.frame)


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
