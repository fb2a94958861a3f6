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

_APPROACH = 1.0
"""Least decrease of distance that counts as walking towards something, metres."""
_ABEAM = (50.0, 110.0)
"""Bearings of something that one stops with at one's side, degrees; ours."""
_ONE_SIDE = 0.9
"""Share of an object's visible surface that must lie to the side it is said to lie on."""

_FROM_AFAR = (Relation.TOWARDS, Relation.TURN_TOWARDS)
"""Relations that hold through a doorway; one does not pass or reach what stands in another room, nor look for it."""


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
    b = _Bearings(walk, clip, landmark, config)
    return tuple(
        mention
        for mention in _relations(b, landmark, config, last)
        if mention.relation in _FROM_AFAR or b.together[mention.frame - clip.start]
    )


class _Bearings:
    """A landmark in the body frame of each frame of a clip."""

    def __init__(self, walk: Walk, clip: Span, landmark: Landmark, config: LandmarkConfig) -> None:
        self.clip, self._config, self._trajectory = clip, config, walk.trajectory
        frames = slice(clip.start, clip.end + 1)
        self.walked = walk.walked[frames]
        self.yaw = np.degrees(np.unwrap(walk.trajectory.yaw[frames]))
        self.forward, self.left = _to_body(walk.trajectory, frames, landmark.position[None, :2])[..., 0]
        self.surface = _to_body(walk.trajectory, frames, landmark.surface)
        self.distance = np.hypot(*self.surface).min(axis=1)
        room = room_at(walk.floor, landmark.position[:2])
        self.together = (walk.rooms[frames] == room) | (walk.rooms[frames] < 0) | (room < 0)
        self.bearing = np.degrees(np.arctan2(self.left, self.forward))

    def beside(self, index: int) -> bool:
        """Return whether a person would say to be next to it, at a frame counted from the clip's first."""
        return bool(self.distance[index] <= self._config.beside)

    def near(self, index: int) -> tuple[float, bool]:
        """Return the distance to it, metres, and whether one is next to it."""
        return float(self.distance[index]), self.beside(index)

    def side(self, frame: int, centre: NDArray[np.float64], points: NDArray[np.float64]) -> int | None:
        """Return where a person would say that a surface lies: 1 left, -1 right, 0 ahead; None where neither is clear.

        Args:
            frame: of the walk.
            centre: (2,) of the surface, world xy.
            points: (P, 2) of the surface, world xy.
        """
        forward, left = _to_body(self._trajectory, slice(frame, frame + 1), np.vstack([centre, points]))[:, 0]
        bearing = float(np.degrees(np.arctan2(left[0], forward[0])))
        if abs(bearing) <= self._config.ahead:
            return 0
        side = int(np.sign(bearing))
        clear = abs(bearing) >= self._config.aside and np.mean(left * side > 0) >= _ONE_SIDE
        return side if clear else None


def _to_body(trajectory: Trajectory, frames: slice, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return (2, n, P) forward and left, metres, of (P, 2) world points in the body frame of each of n frames."""
    offset = points[None] - trajectory.path[frames, None, :2]
    c, s = np.cos(trajectory.yaw[frames, None]), np.sin(trajectory.yaw[frames, None])
    return np.stack([c * offset[..., 0] + s * offset[..., 1], c * offset[..., 1] - s * offset[..., 0]])


def _relations(b: _Bearings, landmark: Landmark, config: LandmarkConfig, last: bool) -> Iterator[Mention]:
    start, end = b.clip.start, len(b.distance) - 1
    for turn in b.clip.turns:
        yield from _at_turn(b, landmark, turn, config)
    crossing = _passing(b, config.passing_distance)
    if crossing is not None:
        side = int(np.sign(b.left[crossing]))
        yield Mention(landmark, Relation.PASSED, side, start + crossing, *b.near(crossing))
    settled = min(max((t.end - start for t in b.clip.turns), default=0), end)
    if abs(b.bearing[end]) <= config.ahead and b.distance[settled] - b.distance[end] >= _APPROACH:
        relation = Relation.REACHED if b.beside(end) else Relation.TOWARDS
        yield Mention(landmark, relation, 0, start + end, *b.near(end))
    at_goal = b.side(start + end, landmark.position[:2], landmark.surface) if last else None
    abeam = at_goal == 0 or _ABEAM[0] <= abs(b.bearing[end]) <= _ABEAM[1]
    if at_goal is not None and abeam and b.distance[end] <= config.goal_distance:
        yield Mention(landmark, Relation.GOAL, at_goal, start + end, *b.near(end))
    if last and landmark.alone and _is_beyond(b, config):
        yield Mention(landmark, Relation.BEYOND, 0, start + end, *b.near(end))
    for view in landmark.views:
        seen = b.side(view.frame, view.centre, view.surface)
        if seen is not None:
            yield Mention(landmark, Relation.SEEN, seen, view.frame, *b.near(view.frame - start))
            break


def _is_beyond(b: _Bearings, config: LandmarkConfig) -> bool:
    """Return whether something lies ahead of the walk's end, too far away to stop at."""
    return bool(config.goal_distance < b.distance[-1] <= config.max_distance and abs(b.bearing[-1]) <= config.ahead)


def _at_turn(b: _Bearings, landmark: Landmark, turn: Turn, config: LandmarkConfig) -> Iterator[Mention]:
    first, after = turn.start - b.clip.start, min(turn.end - b.clip.start, len(b.distance) - 1)
    side = int(np.sign(turn.angle))
    comes = b.bearing[first] * side > config.aside and abs(b.bearing[after]) <= config.ahead
    if comes and not b.beside(after):
        yield Mention(landmark, Relation.TURN_TOWARDS, side, turn.start, *b.near(first))
    elif b.beside(first) and abs(b.bearing[first]) <= 75:
        yield Mention(landmark, Relation.TURN_AT, side, turn.start, *b.near(first))


def _passing(b: _Bearings, farthest: float) -> int | None:
    """Return the index at which the landmark falls behind the shoulder by walking, not by turning away from it."""
    behind = np.flatnonzero((b.forward[:-1] > 0) & (b.forward[1:] <= 0)) + 1
    for i in behind.tolist():
        before = int(np.searchsorted(b.walked, b.walked[i] - 0.7))
        steady = abs(b.yaw[i] - b.yaw[before]) <= 30 and b.walked[i] - b.walked[before] >= 0.5
        one_side = np.mean(np.sign(b.surface[1, i]) == np.sign(b.left[i])) >= _ONE_SIDE
        if steady and one_side and b.distance[i] <= farthest:
            return i
    return None
