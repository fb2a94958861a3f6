import numpy as np
import pytest
from drawn_path import legs
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.labelling.config import KeyframeConfig
from vln_pipeline.labelling.keyframes import arc_length, cut, find_turns

CONFIG = KeyframeConfig()


def test_a_straight_walk_is_one_clip_without_turns():
    path, yaw = legs(4.0)
    (clip,) = cut(path, yaw, CONFIG)
    assert (clip.start, clip.end, clip.turns) == (0, len(path) - 1, ())


@pytest.mark.parametrize("angle", [90.0, -90.0, 60.0, -150.0])
def test_a_turn_is_found_with_its_place_and_signed_angle(angle):
    path, yaw = legs(2.5, (0.4, angle), 2.5)
    (turn,) = find_turns(path, yaw, CONFIG)
    walked = arc_length(path)
    assert turn.angle == pytest.approx(angle, abs=1.0)
    assert walked[turn.start] == pytest.approx(2.5, abs=0.2)
    assert walked[turn.end] == pytest.approx(2.5 + 0.4 * np.radians(abs(angle)), abs=0.2)


def test_an_l_turn_gives_two_clips_and_the_turn_opens_the_second():
    path, yaw = legs(2.5, (0.4, 90.0), 2.5)
    first, second = cut(path, yaw, CONFIG)
    assert first.turns == ()
    assert second.turns[0].start == second.start


def test_turns_of_opposite_sign_next_to_each_other_are_told_apart():
    path, yaw = legs(2.0, (0.35, 80.0), (0.35, -80.0), 2.0)
    left, right = find_turns(path, yaw, CONFIG)
    assert left.angle == pytest.approx(80.0, abs=8.0)
    assert right.angle == pytest.approx(-80.0, abs=8.0)
    assert left.end <= right.start + 1


def test_a_turn_on_the_spot_is_found():
    path, yaw = legs(2.0)
    spot = np.linspace(0, -np.pi / 2, 24)
    onward, heading = legs(2.0, start=path[-1, :2], yaw=-np.pi / 2)
    walk = np.concatenate([path, np.repeat(path[-1:], 24, axis=0), onward])
    (turn,) = find_turns(walk, np.concatenate([yaw, spot, heading]), CONFIG)
    assert turn.angle == pytest.approx(-90.0)


def test_a_wide_curve_is_no_turn():
    path, yaw = legs(1.0, (3.0, 60.0), 1.0)
    assert find_turns(path, yaw, CONFIG) == ()


def test_headings_that_wrap_around_pi_are_no_turn():
    path, yaw = legs(2.0, (5.0, 20.0), yaw=np.pi - 0.1)
    assert find_turns(path, np.angle(np.exp(1j * yaw)), CONFIG) == ()


def test_a_long_clip_is_divided_evenly():
    path, yaw = legs(14.0)
    clips = cut(path, yaw, CONFIG)
    lengths = [arc_length(path)[c.end] - arc_length(path)[c.start] for c in clips]
    assert len(clips) == 3
    assert max(lengths) - min(lengths) < 0.15


def test_a_short_clip_joins_its_neighbour():
    path, yaw = legs(2.0, (0.35, 80.0), 0.2, (0.35, -80.0), 2.0)
    first, second = cut(path, yaw, CONFIG)
    assert [np.sign(t.angle) for t in first.turns + second.turns] == [1.0, -1.0]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0.2, 8.0), st.floats(-170.0, 170.0)), min_size=1, max_size=5),
    st.floats(0.3, 2.0),
)
def test_clips_cover_every_frame_once_and_keep_their_length_limits(parts, radius):
    path, yaw = legs(*(leg for length, angle in parts for leg in (length, (radius, angle))))
    clips, walked = cut(path, yaw, CONFIG), arc_length(path)
    assert [f for c in clips for f in range(c.start, c.end + 1)] == list(range(len(path)))
    edges = [walked[c.start] for c in clips] + [walked[-1]]
    assert max(np.diff(edges)) <= CONFIG.max_clip + 0.1
    if len(clips) > 1:
        assert min(np.diff(edges)) >= CONFIG.min_clip - 0.1
    assert [t for c in clips for t in c.turns] == list(find_turns(path, yaw, CONFIG))


def test_a_mirrored_walk_has_mirrored_turns():
    path, yaw = legs(2.0, (0.4, 75.0), 3.0, (0.5, -100.0), 2.0)
    turns = find_turns(path, yaw, CONFIG)
    mirrored = find_turns(path * [1, -1, 1], -yaw, CONFIG)
    assert [(t.start, t.end) for t in turns] == [(t.start, t.end) for t in mirrored]
    assert [t.angle for t in turns] == pytest.approx([-t.angle for t in mirrored])
