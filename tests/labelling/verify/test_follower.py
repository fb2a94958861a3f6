"""A flat of two rooms with a door: a kitchen on the left, a hallway on the right, and things that can be told apart."""

import numpy as np
import pytest

from vln_pipeline.labelling.verify.config import VerifyConfig
from vln_pipeline.labelling.verify.follower import Follower
from vln_pipeline.labelling.verify.world import World
from vln_pipeline.planning.navigation_map import FloorMap
from vln_pipeline.rendering.raycast import Raycaster
from vln_pipeline.scenes.scene import Material, Part, Scene

CELL, RADIUS = 0.1, 0.25
CORNERS = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (0.0, 1.0)])
FACES = np.array(
    [
        *([0, 1, 3], [0, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5], [0, 5, 1]),
        *([2, 3, 7], [2, 7, 6], [0, 2, 6], [0, 6, 4], [1, 5, 7], [1, 7, 3]),
    ],
    np.int32,
)
WALLS = [("wall", 4.0, 1.25, 0.1, 2.5, 2.6), ("wall", 4.0, 4.75, 0.1, 2.5, 2.6)]
THINGS = [("sofa", 2.0, 4.2, 1.4, 0.8, 0.8), ("lamp", 7.4, 3.0, 0.3, 0.3, 1.5), ("piano", 6.4, 0.6, 1.2, 0.6, 1.2)]


def box(number, name, x, y, width, depth, height):
    vertices = CORNERS * [width, depth, height] + [x, y, 0.0]
    return Part(f"{name}_{number}", vertices, FACES, 0, name, number + 1)


@pytest.fixture(scope="module")
def world():
    """8 x 6 m, parted at x = 4 m by a wall with a door of one metre at y = 3 m."""
    boxes = [box(i, *b) for i, b in enumerate([*WALLS, *THINGS])]
    scene = Scene("flat", tuple(boxes), (Material("plain"),))
    rows, columns = np.mgrid[0:60, 0:80]
    x, y = (columns + 0.5) * CELL, (rows + 0.5) * CELL
    gaps = [np.minimum.reduce([x, 8 - x, y, 6 - y])]
    for _, bx, by, width, depth, _ in [*WALLS, *THINGS]:
        gaps.append(np.hypot(np.maximum(abs(x - bx) - width / 2, 0), np.maximum(abs(y - by) - depth / 2, 0)))
    esdf = np.minimum.reduce(gaps).astype(np.float32)
    room = np.where(x < 4, 0, 1).astype(np.int16)
    floor = FloorMap(0, 0.0, CELL, np.zeros(2), esdf, np.zeros_like(esdf), esdf >= RADIUS, room)
    return World(scene, floor, ("kitchen", "hallway"), Raycaster(scene), VerifyConfig())


def follower(world, *corners, yaw=0.0):
    corners = np.array(corners, dtype=float)
    walked = np.r_[0, np.cumsum(np.linalg.norm(np.diff(corners, axis=0), axis=1))]
    at = np.linspace(0, walked[-1], round(walked[-1] / 0.05))
    path = np.column_stack(
        [np.interp(at, walked, corners[:, 0]), np.interp(at, walked, corners[:, 1]), np.zeros(len(at))]
    )
    return Follower(world, path, yaw, RADIUS, VerifyConfig())


def test_true_words_lead_there(world):
    told = "Walk out of the kitchen into the hallway, go about three metres and stop in front of the lamp."
    verdict = follower(world, (1.0, 3.0), (6.6, 3.0)).judge(told)
    assert verdict.within_3m == 1.0
    assert verdict.within_1m > 0.5
    assert verdict.contradictions == ()
    assert verdict.ambiguity < 2.5


@pytest.mark.parametrize(
    "told",
    [
        "Walk out of the hallway into the kitchen and stop in front of the lamp.",
        "Go into the hallway and stop in front of the piano.",
        "Pass the sofa on your right, enter the hallway and stop in front of the lamp.",
        "Enter the hallway, turn left and stop.",
        "Stop in front of the lamp, then walk into the hallway.",
        "Go into the hallway and stop in front of the refrigerator.",
    ],
)
def test_what_is_not_so_is_found(world, told):
    assert follower(world, (1.0, 3.0), (6.6, 3.0)).judge(told).contradictions


def test_left_and_right_lead_to_other_places(world):
    ways = follower(world, (1.0, 3.0), (5.6, 3.0), (5.6, 1.2))
    right = ways.judge("Enter the hallway and turn right. Walk on for one and a half metres and stop there.")
    left = ways.judge("Enter the hallway and turn left. Walk on for one and a half metres and stop there.")
    assert right.within_3m > 0.8 > 0.2 > left.within_3m
    assert not right.contradictions
    assert any("left" in text for text in left.contradictions)


def test_words_that_leave_a_choice_are_ambiguous(world):
    ways = follower(world, (1.0, 3.0), (6.6, 3.0))
    vague, exact = (
        ways.judge(f"Go into the hallway and stop {where}.") for where in ("in the hallway", "in front of the lamp")
    )
    assert vague.ambiguity > exact.ambiguity + 1
    assert vague.within_1m < exact.within_1m


def test_what_is_behind_a_wall_is_not_seen(world):
    place = world.nearest(np.array([[1.0, 1.0], [5.0, 3.0]]))
    lamp = [thing.category for thing in world.things].index("lamp")
    assert world.visible[place, lamp].tolist() == [False, True]


def test_one_who_is_lost_says_where(world):
    verdict = follower(world, (1.0, 3.0), (6.6, 3.0)).judge(
        "Enter the hallway, pass the refrigerator on your left and stop."
    )
    assert verdict.within_3m == 0.0
    assert "refrigerator" in verdict.failing


def test_a_turn_that_nobody_tells_is_a_contradiction_only_where_all_should_be_told(world):
    ways = follower(world, (1.0, 3.0), (5.6, 3.0), (5.6, 1.2))
    told = "Go into the hallway and stop in the hallway."
    assert ways.judge(told).contradictions == ("a turn that is not told",)
    assert ways.judge(told, complete=False).contradictions == ()


def test_parts_of_a_room_are_found(world):
    """A stop that only a room told left the whole room. Just inside, its middle and its far end are places."""
    ways = follower(world, (1.0, 3.0), (4.8, 3.0))
    told = "Walk out of the kitchen into the hallway and stop {} the hallway."
    inside, middle, end = (
        ways.judge(told.format(f"{part} of" if part != "just inside" else part))
        for part in ("just inside", "in the middle", "at the far end")
    )
    assert inside.within_1m > 0.7
    assert middle.within_1m < 0.3
    assert end.within_3m < 0.5
    assert not inside.contradictions
    assert middle.contradictions
    assert end.contradictions


def test_a_distance_to_what_one_stops_at_counts(world):
    ways = follower(world, (1.0, 3.0), (5.3, 3.0))
    near, far = (
        ways.judge(f"Go into the hallway and stop {where} the lamp.") for where in ("two metres before", "in front of")
    )
    assert near.contradictions == ()
    assert near.within_1m > 0.5
    assert far.contradictions


def test_points_of_a_thing_lie_all_over_its_surface(world):
    """Distances were measured to the middles of triangles, so that one who touched a wardrobe of twelve triangles was
    a metre away from it."""
    sofa = next(thing for thing in world.things if thing.category == "sofa")
    assert np.ptp(sofa.points[:, :2], axis=0) == pytest.approx([1.4, 0.8], abs=0.25)
    assert np.linalg.norm(sofa.points[:, :2] - [2.5, 3.8], axis=1).min() < 0.25


def test_one_stops_where_the_metres_end(world):
    """A room that was named with a stop undid the metres told before it: any place of the room counted."""
    ways = follower(world, (1.0, 3.0), (5.5, 3.0))
    told = "Go into the hallway{} and stop in the hallway."
    vague, exact = (ways.judge(told.format(way)) for way in ("", ", walk on for one and a half metres"))
    assert exact.contradictions == ()
    assert exact.within_1m > 1.5 * vague.within_1m


def test_a_turn_around_may_be_walked_as_two(world):
    """Who turned around the end of a wall was lost: a natural way makes two turns of it, of which one was told."""
    ways = follower(world, (2.6, 3.0), (3.4, 3.0), (4.5, 3.0), (4.6, 3.6), (4.5, 4.6))
    back = follower(world, (1.0, 1.2), (1.6, 1.2), (1.6, 2.0), (1.0, 2.0), yaw=0.0)
    told = "Turn around to your left and stop there."
    assert back.judge(told).contradictions == ()
    assert ways.judge(told).contradictions


def bend(centre, radius, first, last):
    """Points of an arc walked clockwise, between two headings in degrees."""
    heading = np.radians(np.linspace(first, last, 40))
    return np.array(centre) + radius * np.column_stack([-np.sin(heading), np.cos(heading)])


def test_a_long_wide_bend_is_two_turns(world):
    """Rooms that open one after the other are walked in one bend, and told as two turns; the follower knew but one,
    wider than any turn to the right, so that both contradicted the walk."""
    ways = follower(world, *bend((5.2, 3.0), 0.9, 0, -180), (5.1, 2.1))
    assert ways.judge("Take a right, then take a right and stop there.").contradictions == ()
    assert ways.judge("Turn around to your right and stop there.").contradictions == ()
    assert ways.judge("Take a right and stop there.").contradictions


def test_a_walk_may_begin_in_a_curve(world):
    """A curve was looked for over the last two metres, so that none could be told before two metres were walked."""
    curve = bend((3.8, 3.0 - 3.27), 3.27, 28, 0)
    told = "Follow the curve to the {}, walk out of the kitchen into the hallway and stop in front of the lamp."
    right, left = (
        follower(world, *curve, (6.6, 3.0), yaw=np.radians(28)).judge(told.format(side)) for side in ("right", "left")
    )
    assert right.contradictions == ()
    assert left.contradictions


def test_one_stops_before_the_end_of_a_long_thing(world):
    """A rug whose middle is aside was said to be ahead, as what one sees of it is, and contradicted the walk."""
    ways = follower(world, (1.2, 1.0), (1.2, 3.4), yaw=np.pi / 2)
    assert ways.judge("Walk on for two metres and stop in front of the sofa.").contradictions == ()


def test_a_turn_is_told_once(world):
    """Turning around told both turns of a way, of which one had been told before; the one too many paid for a room
    that was never entered."""
    ways = follower(world, *bend((5.2, 3.0), 0.9, 0, -180), (5.1, 2.1))
    told = "Enter the kitchen and take a right. Turn around to your right and stop there."
    assert any("kitchen" in text for text in ways.judge(told).contradictions)


def test_who_is_told_to_walk_on_is_not_told_how_far(world):
    """A clause of which only the verb is understood counted for nothing, so that one who is told to "walk on and stop"
    had to stop where he was: true words of people and models were called contradicted."""
    walk = follower(world, (1.0, 3.0), (6.6, 3.0))
    assert walk.judge("Leave the kitchen. Walk on and stop.").contradictions == ()
    assert walk.judge("Leave the kitchen and stop.").contradictions == ("stop",)
