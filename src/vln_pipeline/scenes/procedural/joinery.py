"""Door frames, door leaves, windows and baseboards, in the frame of their wall.

That frame has x along the wall about the middle of the opening, y = 0 on the wall's face in the room and towards it.
"""

from itertools import pairwise

import numpy as np

from vln_pipeline.scenes.procedural.model import Model, Pose, model
from vln_pipeline.scenes.procedural.openings import LINING
from vln_pipeline.scenes.procedural.plan import OUTER_WALL, WALL, Cell, Opening, Plan
from vln_pipeline.scenes.procedural.solids import Solid, box, cylinder, rounded_box, tube

CASING, CASING_DEPTH = 0.065, 0.016
LEAF = 0.04
"""Thickness of a door leaf, metres."""
BASEBOARD, BASEBOARD_DEPTH = 0.08, 0.014


def wall_pose(opening: Opening, level: float) -> Pose:
    """Return the pose of an opening's frame: its middle, on the face of the wall of ``opening.room``."""
    middle, face = (opening.start + opening.end) / 2, opening.line + opening.side * WALL / 2
    if opening.axis == 0:
        return Pose(middle, face, level, 0.0 if opening.side > 0 else np.pi)
    return Pose(face, middle, level, -np.pi / 2 if opening.side > 0 else np.pi / 2)


def door_frame(opening: Opening) -> Model:
    """Return lining and casings of a door or passage."""
    half, top = (opening.end - opening.start) / 2, opening.top
    thickness = WALL if opening.other is not None else OUTER_WALL
    boards = []
    for side in (-1, 1):
        inner, outer = side * (half - LINING), side * half
        x0, x1 = min(inner, outer), max(inner, outer)
        boards.append(box((x0, -thickness, 0), (x1, 0, top - LINING)))
        x0, x1 = min(inner, side * (half + CASING - LINING)), max(inner, side * (half + CASING - LINING))
        for y0 in (0.0, -thickness - CASING_DEPTH):
            boards.append(box((x0, y0, 0), (x1, y0 + CASING_DEPTH, top - LINING)))
    boards.append(box((-half, -thickness, top - LINING), (half, 0, top)))
    reach = half + CASING - LINING
    for y0 in (0.0, -thickness - CASING_DEPTH):
        boards.append(box((-reach, y0, top - LINING), (reach, y0 + CASING_DEPTH, top + CASING - LINING)))
    return model("door frame", ("door" if opening.kind != "entrance" else "front door", boards))


def _handle(x: float, y: float, towards: float, reach: float) -> list[Solid]:
    """Return a lever on its rose, off the face at ``y`` in the direction ``towards`` (+1 or -1) along y."""
    bar = [
        (x, y, 1.03),
        (x, y + towards * 0.045, 1.03),
        (x + reach * 0.2, y + towards * 0.05, 1.03),
        (x + reach, y + towards * 0.05, 1.03),
    ]
    rose = cylinder(0.026, 0, 0.008, 12).turned(-towards * np.pi / 2, axis=0).moved(x, y, 1.03)
    return [tube(bar, 0.009), rose]


def door_leaf(width: float, height: float, hand: int, paneled: bool) -> Model:
    """Return a closed leaf whose hinge is the z axis; it reaches towards +x for hand +1, -x for -1."""
    low, high = min(0.0, hand * width), max(0.0, hand * width)
    leaf = [box((low, 0, 0.008), (high, LEAF, height))]
    if paneled:
        for z0, z1 in ((0.16, 0.85), (1.0, height - 0.14)):
            for y0 in (-0.006, LEAF - 0.002):
                rim = (low + 0.13, high - 0.13)
                leaf += [box((rim[0], y0, z), (rim[1], y0 + 0.008, z + 0.025)) for z in (z0, z1 - 0.025)]
                leaf += [
                    box((x, y0, z0 + 0.025), (x + 0.025, y0 + 0.008, z1 - 0.025)) for x in (rim[0], rim[1] - 0.025)
                ]
    grip = hand * (width - 0.07)
    return model(
        "door", ("door", leaf), ("handle", _handle(grip, LEAF, 1, -hand * 0.12) + _handle(grip, 0.0, -1, -hand * 0.12))
    )


def hung_leaf(opening: Opening, cell: Cell, level: float, angle: float, paneled: bool) -> tuple[Model, Pose]:
    """Return an open leaf, hinged on the jamb nearer to the room's corner, ``angle`` radians from shut."""
    low, high = cell.inner[opening.axis], cell.inner[opening.axis + 2]
    frame = wall_pose(opening, level)
    near_start = opening.start - low < high - opening.end
    # The frame's x runs along the wall's axis or against it, depending on which way the room lies.
    along = (1 if opening.side > 0 else -1) * (1 if opening.axis == 0 else -1)
    hand = along if near_start else -along
    half = (opening.end - opening.start) / 2 - LINING
    x, y = -hand * half, CASING_DEPTH + 0.002
    cos, sin = np.cos(frame.yaw), np.sin(frame.yaw)
    pose = Pose(frame.x + cos * x - sin * y, frame.y + sin * x + cos * y, level, frame.yaw + hand * angle)
    return door_leaf(2 * half, opening.top - LINING - 0.006, hand, paneled), pose


def front_door(opening: Opening) -> Model:
    """Return the shut leaf of the home's entrance."""
    half, height = (opening.end - opening.start) / 2 - LINING, opening.top - LINING
    leaf = [box((-half, -0.13, 0.005), (half, -0.08, height))]
    leaf += [box((-half + 0.12, -0.08, z), (half - 0.12, -0.07, z + 0.32)) for z in np.arange(0.15, height - 0.4, 0.42)]
    spy = cylinder(0.014, 0, 0.012, 10).turned(-np.pi / 2, axis=0).moved(0, -0.07, 1.5)
    return model("door", ("front door", leaf), ("handle", [*_handle(half - 0.08, -0.08, 1, -0.13), spy]))


def window(opening: Opening, view: str) -> Model:
    """Return frame, sashes, panes and inner sill; the panes show the view outdoors."""
    half, low, high = (opening.end - opening.start) / 2, opening.bottom, opening.top
    sashes = max(1, round((opening.end - opening.start) / 0.85))
    y0, y1, rim = -0.16, -0.09, 0.045
    wood = [box((-half, y0, low), (half, y1, low + rim)), box((-half, y0, high - rim), (half, y1, high))]
    posts = np.linspace(-half + rim / 2, half - rim / 2, sashes + 1)
    wood += [box((x - rim / 2, y0, low + rim), (x + rim / 2, y1, high - rim)) for x in posts.tolist()]
    for a, b in pairwise(posts.tolist()):
        a, b = a + rim / 2, b - rim / 2
        bottom, top, s = low + rim, high - rim, 0.035
        wood += [box((a, y0 + 0.02, z), (b, y1 + 0.012, z + s)) for z in (bottom, top - s)]
        wood += [box((x, y0 + 0.02, bottom + s), (x + s, y1 + 0.012, top - s)) for x in (a, b - s)]
    pane = picture_panel(-half + rim, half - rim, low + rim, high - rim, -0.135, 0.01)
    sill = rounded_box((-half - 0.04, y1 - 0.02, low), (half + 0.04, 0.05, low + 0.028), 0.008, 1)
    handle = tube(
        [(posts[1] - 0.02 if sashes > 1 else half - 0.07, -0.06, (low + high) / 2 - d) for d in (0, 0.06, 0.12)], 0.008
    )
    return model("window", ("window frame", wood), ("skirting", sill), ("handle", handle), (view, pane))


def picture_panel(x0: float, x1: float, z0: float, z1: float, y: float, depth: float) -> Solid:
    """Return a board facing +y at ``y``, with uv that lays one image over it."""
    board = box((x0, y - depth, z0), (x1, y, z1))
    uv = np.stack([(x1 - board.vertices[:, 0]) / (x1 - x0), (board.vertices[:, 2] - z0) / (z1 - z0)], axis=1)
    return Solid(board.vertices, board.faces, uv)


def baseboards(plan: Plan, cell: Cell) -> Model:
    """Return the boards along the foot of a room's walls, in the storey's frame."""
    x0, y0, x1, y1 = cell.inner
    gaps = [o for o in plan.openings_of(cell) if o.bottom == 0.0]
    boards = []
    for axis, line, inward in ((0, y0, 1), (0, y1, -1), (1, x0, 1), (1, x1, -1)):
        low, high = cell.inner[axis], cell.inner[axis + 2]
        here = sorted(
            (o.start - CASING + LINING, o.end + CASING - LINING)
            for o in gaps
            if o.axis == axis and abs(o.line - line) < WALL
        )
        edges = [low, *(e for gap in here for e in gap), high]
        for a, b in list(pairwise(edges))[::2]:
            near, far = sorted((line, line + inward * BASEBOARD_DEPTH))
            if b - a > 0.02:
                boards.append(
                    box((a, near, 0), (b, far, BASEBOARD)) if axis == 0 else box((near, a, 0), (far, b, BASEBOARD))
                )
    return model("baseboard", ("skirting", boards))
