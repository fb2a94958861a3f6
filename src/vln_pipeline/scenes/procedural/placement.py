"""Where things may stand in a room so that one can still walk through it."""

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from vln_pipeline.scenes.procedural.model import Model, Pose
from vln_pipeline.scenes.procedural.plan import WALL, Cell, Opening, Rect

YAW = (0.0, np.pi / 2, np.pi, -np.pi / 2)
"""Turn of a model whose back is against the south, east, north or west wall, radians."""
DOOR_CLEAR = 0.9
"""Depth that stays free in front of a door, metres."""
RADIUS = 0.3
"""Radius of the disc that must reach every door of a room from every other, metres: a 0.25 m robot and a grid cell."""
CELL = 0.05
MARGIN = 0.8
"""What is looked at beyond a room's walls when its doors are walked through, metres."""
HEAD = 1.5
"""Things that begin higher than this above the floor are no obstacle, metres."""

Patch = tuple[float, float, float, float]
"""(start, end, bottom, top) of something on a wall, metres."""


def overlap(a: Rect, b: Rect) -> bool:
    """Return whether two rectangles share more than an edge."""
    return a[0] < b[2] - 1e-6 and b[0] < a[2] - 1e-6 and a[1] < b[3] - 1e-6 and b[1] < a[3] - 1e-6


class RoomSpace:
    """The free floor and walls of a room while it is being furnished.

    Args:
        cell: the room.
        openings: in its walls.
        leaves: rectangles that open door leaves take.
        height: of the ceiling above the floor, metres.

    Attributes:
        rect: the floor between the walls.
        label: room type.
        height: of the ceiling above the floor, metres.
        placed: models and poses so far, z above the storey's floor.
        windows: wall (0 south, 1 east, 2 north, 3 west) and extent of each.
    """

    def __init__(self, cell: Cell, openings: Sequence[Opening], leaves: Sequence[Rect], height: float) -> None:
        self.rect = cell.inner
        self.label = cell.label
        self.height = height
        self.placed: list[tuple[Model, Pose]] = []
        self._blocked: list[Rect] = list(leaves)
        self._clear: list[Rect] = []
        self._walls: dict[int, list[Patch]] = {side: [] for side in range(4)}
        self._portals: list[Rect] = []
        self.windows: list[tuple[int, Patch]] = []
        for o in openings:
            self._open(o)

    @property
    def size(self) -> tuple[float, float]:
        """Extent along x and y, metres."""
        return self.rect[2] - self.rect[0], self.rect[3] - self.rect[1]

    def span(self, side: int) -> tuple[float, float]:
        """Return start and end of a wall along its axis, metres."""
        return (self.rect[0], self.rect[2]) if side % 2 == 0 else (self.rect[1], self.rect[3])

    def _open(self, o: Opening) -> None:
        low = o.line < (self.rect[1 - o.axis] + self.rect[3 - o.axis]) / 2
        side = (0 if low else 2) if o.axis == 0 else (3 if low else 1)
        self._walls[side].append((o.start - 0.06, o.end + 0.06, o.bottom - 0.02, o.top + 0.06))
        if o.kind == "window":
            self.windows.append((side, (o.start, o.end, o.bottom, o.top)))
        else:
            self._clear.append(self.strip(side, o.start, o.end, DOOR_CLEAR))
            if o.kind != "entrance":
                self._portals.append(self.strip(side, o.start + 0.03, o.end - 0.03, 0.1, behind=WALL + 0.6))

    def strip(self, side: int, start: float, end: float, depth: float, behind: float = 0.0) -> Rect:
        """Return the rectangle along a wall from ``behind`` it to ``depth`` in front of it."""
        x0, y0, x1, y1 = self.rect
        if side == 0:
            return start, y0 - behind, end, y0 + depth
        if side == 1:
            return x1 - depth, start, x1 + behind, end
        if side == 2:
            return start, y1 - depth, end, y1 + behind
        return x0 - behind, start, x0 + depth, end

    def pose(self, side: int, at: float, gap: float = 0.0, z: float = 0.0) -> Pose:
        """Return the pose of a model with its back ``gap`` off a wall, centred at ``at`` along it."""
        x0, y0, x1, y1 = self.rect
        x, y = ((at, y0 + gap), (x1 - gap, at), (at, y1 - gap), (x0 + gap, at))[side]
        return Pose(x, y, z, YAW[side])

    def middle(self) -> Pose:
        """Return the pose at the middle of the floor."""
        x0, y0, x1, y1 = self.rect
        return Pose((x0 + x1) / 2, (y0 + y1) / 2)

    def footprint(self, thing: Model, pose: Pose) -> Rect:
        """Return the bounding rectangle of a posed model."""
        (x0, y0, _), (x1, y1, _) = thing.bounds.tolist()
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])
        cos, sin = np.cos(pose.yaw), np.sin(pose.yaw)
        turned = corners @ np.array([[cos, sin], [-sin, cos]]) + (pose.x, pose.y)
        (x0, y0), (x1, y1) = turned.min(axis=0).tolist(), turned.max(axis=0).tolist()
        return x0, y0, x1, y1

    def fits(self, rect: Rect) -> bool:
        """Return whether a rectangle lies in the room, off all obstacles and clear zones."""
        x0, y0, x1, y1 = self.rect
        inside = rect[0] >= x0 - 1e-6 and rect[1] >= y0 - 1e-6 and rect[2] <= x1 + 1e-6 and rect[3] <= y1 + 1e-6
        return inside and not any(overlap(rect, other) for other in (*self._blocked, *self._clear))

    def walkable(self, extra: Sequence[Rect] = ()) -> bool:
        """Return whether a disc of ``RADIUS`` gets from each door to all others with further rectangles blocked."""
        x0, y0, x1, y1 = self.rect
        origin = np.array([x0, y0]) - MARGIN
        columns, rows = np.ceil((np.array([x1, y1]) + MARGIN - origin) / CELL).astype(int).tolist()
        free = np.zeros((rows, columns), dtype=bool)

        def cells(rect: Rect, inwards: bool) -> tuple[slice, slice]:
            # Free space shrinks to whole cells and obstacles grow to them, so that clearance is never overstated.
            low, high = (np.array(rect[:2]) - origin) / CELL, (np.array(rect[2:]) - origin) / CELL
            low, high = (
                (np.ceil(low - 1e-6), np.floor(high + 1e-6))
                if inwards
                else (np.floor(low + 1e-6), np.ceil(high - 1e-6))
            )
            (left, bottom), (right, top) = low.clip(0).astype(int).tolist(), high.clip(0).astype(int).tolist()
            return slice(bottom, top), slice(left, right)

        for rect in (self.rect, *self._portals):
            free[cells(rect, True)] = True
        for rect in (*self._blocked, *extra):
            free[cells(rect, False)] = False
        reach, _ = ndimage.label(ndimage.distance_transform_edt(free) * CELL > RADIUS)
        doors = []
        for rect in self._portals:
            column, row = ((np.array([rect[0] + rect[2], rect[1] + rect[3]]) / 2 - origin) / CELL).astype(int).tolist()
            doors.append(int(reach[row - 1 : row + 2, column - 1 : column + 2].max()))
        return bool(doors) and min(doors) > 0 and len(set(doors)) == 1

    def add(self, thing: Model, pose: Pose, block: bool = True) -> None:
        """Take a thing as it stands, without a check."""
        self.placed.append((thing, pose))
        if block:
            self._blocked.append(self.footprint(thing, pose))

    def reserve(self, rect: Rect) -> None:
        """Keep a rectangle free of what comes later."""
        self._clear.append(rect)

    def stand(self, *group: tuple[Model, Pose], keep: Rect | None = None) -> bool:
        """Place a group of things where all of them fit and the room stays walkable; return whether they did."""
        rects = [self.footprint(*item) for item in group if item[1].z < HEAD]
        if not all(self.fits(r) for r in rects):
            return False
        if keep is not None and any(overlap(keep, b) for b in self._blocked):
            return False
        if not self.walkable(rects):
            return False
        for thing, pose in group:
            self.add(thing, pose, block=pose.z < HEAD)
        return True

    def wall_free(self, side: int, patch: Patch) -> bool:
        """Return whether a stretch of wall holds nothing between two heights."""
        start, end = self.span(side)
        if patch[0] < start - 1e-6 or patch[1] > end + 1e-6:
            return False
        return not any(
            patch[0] < b - 1e-6 and a < patch[1] - 1e-6 and patch[2] < d - 1e-6 and c < patch[3] - 1e-6
            for a, b, c, d in self._walls[side]
        )

    def cover(self, side: int, patch: Patch) -> None:
        """Mark a stretch of wall as taken."""
        self._walls[side].append(patch)

    def spots(self, rng: np.random.Generator, side: int, width: float, where: str) -> list[float]:
        """Return positions along a wall to try, best first: "corner", "centre" or "any"."""
        start, end = (v + s * width / 2 for v, s in zip(self.span(side), (1, -1), strict=True))
        if end < start:
            return []
        between = np.arange(start, end, 0.2)
        corners = [(start, end), (end, start)][rng.integers(2)]
        if where == "corner":
            return [*corners, *rng.permutation(between).tolist()]
        middle = (start + end) / 2
        if where == "centre":
            return sorted([middle, *between.tolist(), end], key=lambda t: abs(t - middle))
        return [*rng.permutation(np.append(between, end)).tolist()]

    def against(
        self,
        rng: np.random.Generator,
        thing: Model,
        sides: Sequence[int] | None = None,
        where: str = "any",
        gap: float = 0.02,
        front: float = 0.0,
    ) -> tuple[int, float] | None:
        """Stand a model against a wall, with ``front`` metres before it free of obstacles.

        Returns:
            the wall and the position along it, or None where it fits nowhere.
        """
        width, depth, height = thing.size
        for side in rng.permutation(4).tolist() if sides is None else sides:
            for at in self.spots(rng, side, width + 0.02, where):
                patch = (at - width / 2, at + width / 2, 0.0, height)
                keep = self.strip(side, patch[0], patch[1], gap + depth + front)
                inside = all(a >= b - 1e-6 for a, b in zip(keep[:2], self.rect[:2], strict=True)) and all(
                    a <= b + 1e-6 for a, b in zip(keep[2:], self.rect[2:], strict=True)
                )
                if inside and self.wall_free(side, patch) and self.stand((thing, self.pose(side, at, gap)), keep=keep):
                    self.cover(side, patch)
                    return side, at
        return None

    def hang(
        self,
        rng: np.random.Generator,
        thing: Model,
        z: float,
        sides: Sequence[int] | None = None,
        at: float | None = None,
    ) -> tuple[int, float] | None:
        """Hang a flat model on a free stretch of wall with its origin at height ``z``; return where, or None."""
        width = thing.size[0]
        bottom, top = (thing.bounds[:, 2] + z).tolist()
        for side in rng.permutation(4).tolist() if sides is None else sides:
            for t in self.spots(rng, side, width + 0.1, "centre") if at is None else [at]:
                patch = (t - width / 2 - 0.04, t + width / 2 + 0.04, bottom - 0.03, top + 0.03)
                if self.wall_free(side, patch):
                    self.cover(side, patch)
                    self.add(thing, self.pose(side, t, 0.0, z), block=False)
                    return side, t
        return None
