"""Where a walk ends must be told so that one stops there: every landmark leaves less choice than the room alone."""

import pytest
from drawn_footage import box, film, flat, walk_of
from drawn_path import legs

from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.label import open_walk
from vln_pipeline.labelling.nouns import Named
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.places import Place, place_of
from vln_pipeline.labelling.plan import plan_leg
from vln_pipeline.labelling.route import follow
from vln_pipeline.labelling.steps import spare

CONFIG = LabellingConfig()
NOUNS = load_phrasebook().nouns


def last_leg(tmp_path, things, *parts, detailed=False):
    path, yaw = legs(*parts)
    walk = walk_of(path[::3], yaw[::3])
    _, nav = flat([("hall", -2, 9)])
    opened = open_walk(walk, nav, ("hall",), film(tmp_path, things, [walk]), CONFIG)
    return plan_leg(follow(opened, CONFIG.landmarks, NOUNS)[-1], NOUNS, detailed=detailed)


def stop(tmp_path, things, *parts, detailed=False):
    return last_leg(tmp_path, things, *parts, detailed=detailed)[-1]


@pytest.mark.parametrize("detailed", [False, True])
def test_the_way_towards_what_is_never_reached_has_a_length(tmp_path, detailed):
    """ "Turn left towards the sofa, then stop" was said of a walk that went on for four metres, and left the sofa five
    metres ahead."""
    *_, towards, end = last_leg(tmp_path, [box("sofa", 6.4, 0.0)], 3.0, detailed=detailed)
    assert towards.keys == ("towards_distance",)
    assert towards.metres == pytest.approx(3.0, abs=0.1)
    assert not end.landmark
    assert spare([(towards, end)]) == [[towards, end]]


def test_what_is_too_far_to_stand_next_to_is_told_with_its_distance(tmp_path):
    """ "Stop facing the sofa" was said of one two metres away, and is true of half a room."""
    step = stop(tmp_path, [box("sofa", 5.2, 0.0)], 3.0)
    assert step.keys == ("stop_facing_distance",)
    assert step.gap == pytest.approx(1.9, abs=0.15)


def test_the_only_one_of_its_kind_is_stopped_at_first(tmp_path):
    """One of three chairs told where to stop, because it filled more of the view than the lamp beside it."""
    chairs = [box("chair", 3.0, -1.4, 0.7, 0.9), box("chair", 4.4, -1.6, 0.7, 0.9), box("chair", 5.4, -1.2, 0.7, 0.9)]
    step = stop(tmp_path, [*chairs, box("lamp", 3.2, 0.9, 0.3, 1.3)], 3.0)
    assert step.slots["landmark"] == Named("lamp")


def test_two_things_tell_more_than_one(tmp_path):
    step = stop(tmp_path, [box("sofa", 4.4, 0.0), box("lamp", 3.3, 1.0, 0.3, 1.3)], 3.0, detailed=True)
    assert step.keys == ("stop_ahead", "with_other")
    assert step.slots == {"landmark": Named("sofa"), "other": Named("lamp"), "other_side": "left"}


ROOMS = (("hall", -2, 2), ("kitchen", 2, 6), ("bath", 6, 9))


@pytest.mark.parametrize(
    ("length", "place"),
    [(0.85, Place.ANYWHERE), (2.8, Place.INSIDE), (4.0, Place.MIDDLE), (5.6, Place.END), (8.5, Place.ANYWHERE)],
)
def test_parts_of_a_room_are_told_where_one_would_say_so(length, place):
    path, _ = legs(length)
    _, nav = flat(ROOMS)
    assert place_of(path, 0.0, nav.floors[0]) is place
