import numpy as np
import pytest
from drawn_footage import film, flat, walk_of
from drawn_path import legs

from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.label import open_walk
from vln_pipeline.labelling.motion import describe_motion
from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.plan import plan_leg
from vln_pipeline.labelling.regions import visits
from vln_pipeline.labelling.route import follow

CONFIG = LabellingConfig()
NOUNS = load_phrasebook().nouns


def route(tmp_path, *parts, rooms=()):
    path, yaw = legs(*parts)
    walk = walk_of(path[::3], yaw[::3])
    _, nav = flat(rooms)
    opened = open_walk(walk, nav, [label for label, *_ in rooms], film(tmp_path, [], [walk]), CONFIG)
    return follow(opened, CONFIG.landmarks, NOUNS)


def test_lengths_add_up_to_the_walk(tmp_path):
    found = route(tmp_path, 2.0, (0.5, 90.0), 2.0)
    assert sum(leg.length for leg in found) == pytest.approx(4.0 + np.pi / 4, abs=0.12)
    assert [leg.last for leg in found] == [False, True]


def test_a_turn_is_no_drift_even_where_clips_divide_it(tmp_path):
    found = route(tmp_path, 3.7, (1.5, 170.0))
    assert max(abs(leg.drift) for leg in found) < 20.0


def test_a_wide_curve_is_drift_to_its_side(tmp_path):
    (leg,) = route(tmp_path, (3.5, -60.0))
    assert leg.drift == pytest.approx(-60.0, abs=2.0)
    assert plan_leg(leg, NOUNS, detailed=True)[0].slots == {"side": "right"}


def test_motion_is_told_with_its_sides(tmp_path):
    first, second = route(tmp_path, 2.5, (0.4, -90.0), 2.5, rooms=(("hall", -2, 2), ("kitchen", 2, 9)))
    assert describe_motion(first) == "it moves 2.5 metres forward, then it leaves the hall and enters the kitchen."
    expected = "it turns right by about 90 degrees, then it moves 3.1 metres forward, then it stops."
    assert describe_motion(second) == expected


def test_rooms_follow_each_other_without_flicker():
    path, _ = legs(6.0)
    _, nav = flat((("hall", -2, 2), ("closet", 2, 2.3), ("kitchen", 2.3, 9)))
    found = visits(path, nav.floors[0], ["hall", "closet", "kitchen"])
    assert [visit.label for visit in found] == ["hall", "kitchen"]
    assert path[found[1].start, 0] == pytest.approx(2.3, abs=0.1)


def test_a_region_without_label_or_room_has_no_name():
    path, _ = legs(6.0)
    _, nav = flat((("hall", -2, 2), ("kitchen", 2, 4)))
    assert [v.label for v in visits(path, nav.floors[0], ["hall"])] == ["hall", ""]


def told(tmp_path, *parts, rooms):
    return [step for leg in route(tmp_path, *parts, rooms=rooms) for step in plan_leg(leg, NOUNS, detailed=False)]


def test_a_turn_that_straddles_a_door_is_told_with_the_room_it_leads_into(tmp_path):
    """Turns were dated by their start, so that "turn left" came before "enter the kitchen" although most of the
    turning happened in the kitchen. What straddles the change is now one phrase."""
    steps = told(tmp_path, 2.0, (0.8, 90.0), 2.0, rooms=(("hall", -2, 2.5), ("kitchen", 2.5, 9)))
    turn = next(step for step in steps if step.keys[0] == "turn_normal")
    assert turn.keys[1:] == ("into",)
    assert turn.slots["target"] == Named("kitchen")
    assert not [step for step in steps if step.keys[0] in ("enter", "cross")]


def test_a_curve_is_told_where_most_of_it_lies(tmp_path):
    """Curves were dated by the start of their clip. This one bends after the door, and is told after it."""
    steps = told(tmp_path, 1.5, (2.5, 60.0), rooms=(("hall", -2, 1.4), ("kitchen", 1.4, 9)))
    bends = [step for step in steps if step.keys[0].startswith(("cross", "curve"))]
    assert [step.keys[0] for step in bends] == ["cross", "curve_within"]
    assert bends[1].slots == {"side": "left", "room": Named("kitchen")}


def test_a_door_at_the_first_steps_of_a_turn_is_told_before_it(tmp_path):
    """A turn of which a tenth lay before the door was told as leading through it. What has hardly begun when one enters
    is a turn inside."""
    steps = told(tmp_path, 2.0, (0.8, 90.0), 2.0, rooms=(("hall", -2, 2.2), ("kitchen", 2.2, 9)))
    keys = [step.keys for step in steps if step.keys[0].startswith(("cross", "turn"))]
    assert keys == [("cross",), ("turn_normal",)]


def test_a_turn_that_overshoots_is_no_curve_back(tmp_path):
    """The tails of a turn were taken off the heading around it, so that a right turn with a slight swing back was told
    as a turn and a curve to the left. Only what is bent outside turns counts."""
    steps = told(tmp_path, 1.5, (0.4, -124.0), (1.5, 22.0), 1.0, rooms=(("hall", -2, 9),))
    assert not [step for step in steps if step.keys[0].startswith("curve")]


def test_the_first_and_the_last_room_are_those_of_the_ends(tmp_path):
    """Stays under 0.6 m were taken for a brushed corner, so that a walk that began 0.4 m before a door was told from
    the next room on, and one that ended 0.4 m behind a door never arrived."""
    path, _ = legs(3.0)
    _, nav = flat((("hall", -2, 0.4), ("kitchen", 0.4, 2.6), ("bath", 2.6, 9)))
    assert [visit.label for visit in visits(path, nav.floors[0], ["hall", "kitchen", "bath"])] == [
        "hall",
        "kitchen",
        "bath",
    ]
