import numpy as np
import pytest
from drawn_footage import box, film, flat, walk_of
from drawn_path import legs

from vln_pipeline.labelling.config import LabellingConfig
from vln_pipeline.labelling.label import open_walk
from vln_pipeline.labelling.landmarks import find_landmarks
from vln_pipeline.labelling.phrasebook import load_phrasebook
from vln_pipeline.labelling.relations import relate

CONFIG = LabellingConfig()
NOUNS = load_phrasebook().nouns


def relations(tmp_path, things, *parts, rooms=()):
    """Return {(clip, category, relation): side} of a walk."""
    path, yaw = legs(*parts)
    walk = walk_of(path[::3], yaw[::3])
    _, nav = flat(rooms)
    opened = open_walk(walk, nav, (), film(tmp_path, things, [walk]), CONFIG)
    return {
        (number, landmark.category, mention.relation.value): mention.side
        for number, clip in enumerate(opened.clips)
        for landmark in find_landmarks(opened, clip, CONFIG.landmarks, NOUNS)
        for mention in relate(opened, clip, landmark, CONFIG.landmarks, last=clip is opened.clips[-1])
    }


@pytest.mark.parametrize("side", [1, -1])
def test_what_falls_behind_the_shoulder_is_passed_on_its_side(tmp_path, side):
    found = relations(tmp_path, [box("sofa", 2.0, 1.2 * side)], 4.0)
    assert found[0, "sofa", "passed"] == side


def test_what_is_too_far_aside_is_not_passed(tmp_path):
    found = relations(tmp_path, [box("sofa", 2.5, 3.2, 1.2)], 5.0)
    assert found[0, "sofa", "seen"] == 1
    assert (0, "sofa", "passed") not in found


def test_what_stands_in_another_room_is_neither_looked_for_nor_reached_nor_a_goal(tmp_path):
    """A toilet was to be looked for straight ahead in a living room, through an open door. What stands in another
    room is walked towards at most."""
    rooms = (("hall", -2, 4), ("bathroom", 4, 9))
    found = relations(tmp_path, [box("sofa", 4.4, 0.0)], 3.0, rooms=rooms)
    assert found == {}


@pytest.mark.parametrize("side", [1, -1])
def test_what_one_turns_away_from_is_not_passed(tmp_path, side):
    found = relations(tmp_path, [box("sofa", 3.6, -1.0 * side)], 2.5, (0.4, 90.0 * side), 2.5)
    assert not [key for key in found if key[1:] == ("sofa", "passed")]


def test_what_lies_ahead_at_the_end_is_approached_or_reached(tmp_path):
    near = relations(tmp_path / "near", [box("sofa", 4.4, 0.0)], 3.0)
    far = relations(tmp_path / "far", [box("sofa", 6.5, 0.0)], 3.0)
    assert near[0, "sofa", "reached"] == near[0, "sofa", "goal"] == 0
    assert far[0, "sofa", "towards"] == 0
    assert (0, "sofa", "goal") not in far


@pytest.mark.parametrize("side", [1, -1])
def test_a_turn_is_at_what_is_near_and_towards_what_comes_ahead(tmp_path, side):
    things = [box("desk", 4.0, -0.7 * side), box("sofa", 2.9, 4.5 * side)]
    found = relations(tmp_path, things, 2.5, (0.4, 90.0 * side), 2.0)
    assert found[1, "desk", "turn_at"] == side
    assert found[1, "sofa", "turn_towards"] == side


def test_what_lies_between_ahead_and_aside_is_told_as_neither(tmp_path):
    """A rug straight ahead was told as on the left, and a thing 16 degrees off as on the right: any bearing above 20
    degrees had a side. Now a thing has one from 30 degrees on, if it lies wholly on that side."""
    found = relations(tmp_path, [box("rug", 3.9, 0.45, 1.6, 0.05)], 3.0)
    assert not [key for key in found if key[2] == "goal"]


@pytest.mark.parametrize("side", [1, -1])
def test_the_goal_beside_the_stop_has_its_side(tmp_path, side):
    found = relations(tmp_path, [box("lamp", 3.6, 1.0 * side)], 3.0)
    assert found[0, "lamp", "goal"] == side


def test_position_comes_from_depth_and_pose(tmp_path):
    path, yaw = legs(2.0, yaw=0.7, start=(1.0, -3.0))
    walk = walk_of(path[::3], yaw[::3])
    at = path[-1, :2] + 1.5 * np.array([np.cos(1.0), np.sin(1.0)])
    _, nav = flat()
    opened = open_walk(walk, nav, (), film(tmp_path, [box("plant", *at, 0.3, 1.0)], [walk]), CONFIG)
    (landmark,) = find_landmarks(opened, opened.clips[0], CONFIG.landmarks, NOUNS)
    assert landmark.position[:2] == pytest.approx(at, abs=0.2)
    assert landmark.position[2] == pytest.approx(0.5, abs=0.15)


def test_small_far_and_hanging_things_are_not_named(tmp_path):
    things = [box("vase", 3.0, 0.5, 0.02, 0.03), box("piano", 14.0, 0.0, 2.0), box("lamp", 2.5, 0.3, 0.5, 0.3, 2.2)]
    assert relations(tmp_path, things, 2.0) == {}


def test_the_only_one_of_its_kind_is_told_from_one_of_two(tmp_path):
    path, yaw = legs(2.0)
    walk = walk_of(path[::3], yaw[::3])
    things = [box("chair", 3.0, 1.0), box("chair", 3.0, -1.0), box("sofa", 4.5, 0.0)]
    _, nav = flat()
    opened = open_walk(walk, nav, (), film(tmp_path, things, [walk]), CONFIG)
    found = find_landmarks(opened, opened.clips[0], CONFIG.landmarks, NOUNS)
    assert {landmark.category: landmark.alone for landmark in found} == {"chair": False, "sofa": True}


@pytest.mark.parametrize("side", [1, -1])
def test_the_side_something_is_seen_on_is_that_of_its_pixels(tmp_path, side):
    path, yaw = legs(2.5, (0.5, 60.0 * side), 1.5)
    walk = walk_of(path[::3], yaw[::3])
    long = ("rug", (3.5, 1.5 * side, 0.02), (1.0, 6.0, 0.04))
    _, nav = flat()
    opened = open_walk(walk, nav, (), film(tmp_path, [long, box("sofa", 4.0, 2.0 * side)], [walk]), CONFIG)
    sides = 0
    for clip in opened.clips:
        for landmark in find_landmarks(opened, clip, CONFIG.landmarks, NOUNS):
            for mention in relate(opened, clip, landmark, CONFIG.landmarks, last=False):
                if mention.relation.value == "seen" and mention.side:
                    columns = np.nonzero(opened.film.ids("instance", mention.frame) == landmark.instance)[1]
                    assert np.sign(opened.film.intrinsics.cx - columns.mean()) == mention.side
                    sides += 1
    assert sides
