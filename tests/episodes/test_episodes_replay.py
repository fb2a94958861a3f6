import math

import numpy as np
import pytest
from episode_files import FORWARD, LEFT, RIGHT, START, THROUGH_THE_DOOR, locations, rotation
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.episodes.continuous import continuous
from vln_pipeline.episodes.formats.upright import yaw_of_rotation
from vln_pipeline.episodes.replay import replayed
from vln_pipeline.episodes.turning import in_turns_of
from vln_pipeline.scenes.habitat.frame import to_world

MOTIONS = st.lists(st.sampled_from([FORWARD, LEFT, RIGHT]), max_size=40)


def start_of(turned_left):
    return np.append(to_world(np.array(START)), yaw_of_rotation(np.array(rotation(turned_left)), "xyzw"))


def truth_of(actions, turned_left=0.0, turn=15, places=None):
    places = locations(START, turned_left, actions, turn) if places is None else places
    return replayed(start_of(turned_left), np.array(actions, dtype=np.int8), to_world(np.array(places)), turn, 0.25)


def test_a_pose_is_held_on_turns_and_moves_on_steps():
    poses = truth_of(THROUGH_THE_DOOR).poses
    assert len(poses) == len(THROUGH_THE_DOOR) + 1
    np.testing.assert_allclose(poses[:7, :3], np.tile([1.5, 2.7, 0.0], (7, 1)))
    np.testing.assert_allclose(np.degrees(poses[:7, 3]), [90, 75, 60, 45, 30, 15, 0], atol=1e-9)
    np.testing.assert_allclose(poses[6:, 0], 1.5 + 0.25 * np.arange(17))


@settings(max_examples=50)
@given(MOTIONS, st.integers(0, 11), st.sampled_from([15, 30]))
def test_replay_equals_habitats_locations_with_them_and_without(actions, twelfth, turn):
    left = 30.0 * twelfth
    places = to_world(np.array(locations(START, left, actions, turn)))
    with_them = truth_of(actions, left, turn).poses
    codes = np.array(actions, dtype=np.int8)
    without = replayed(start_of(left), codes, None, turn, 0.25).poses
    steps = np.concatenate([[True], codes == FORWARD])
    assert np.abs(with_them[steps, :3] - places).max() < 1e-12
    np.testing.assert_allclose(with_them[:, :3], without[:, :3], atol=1e-9)
    np.testing.assert_allclose(np.exp(1j * with_them[:, 3]), np.exp(1j * without[:, 3]))


def test_a_step_that_slid_stays_where_it_was_recorded():
    places = locations(START, -90.0, [FORWARD] * 4)
    places[2][2] -= 0.1
    for place in places[3:]:
        place[2] -= 0.1
    assert truth_of([FORWARD] * 4, -90.0, places=places).poses[2, :3] == pytest.approx([2.0, 2.8, 0.0])


@pytest.mark.parametrize("longest", [0.274, 0.287, 0.36])
def test_a_step_that_the_navmesh_moved_further_is_a_step(longest):
    """81 of R2R-CE's 1,839 ground truths of val_unseen have one step of up to 0.287 m and were refused for it.

    The reason that was told showed another number.
    """
    places = [list(place) for place in locations(START, -90.0, [FORWARD] * 8)]
    for place in places[4:]:
        place[0] += longest - 0.25
    assert len(truth_of([FORWARD] * 8, -90.0, places=places).poses) == 9


def test_steps_of_another_length_are_refused_by_their_median():
    places = [[x, y, START[2] + 1.2 * (z - START[2])] for x, y, z in locations(START, 0.0, [FORWARD] * 8)]
    with pytest.raises(ValueError, match=r"cover 0\.30 m in the median, where a step is 0\.25 m"):
        truth_of([FORWARD] * 8, places=places)


@pytest.mark.parametrize(
    ("actions", "turned_left", "change", "said"),
    [
        ([FORWARD] * 3, 0, lambda p: p[:-1], "3 locations do not belong to 3 forward actions"),
        ([FORWARD] * 3, 0, lambda p: [[x + 1, y, z] for x, y, z in p], "first location is 1.00 m from start_position"),
        ([FORWARD] * 3, 0, lambda p: [*p[:-1], [p[-1][0], 9.0, p[-1][2]]], "climbs"),
        ([FORWARD] * 3, 90, lambda _: locations(START, 0, [FORWARD] * 3), "only 0% of its steps lead along"),
    ],
)
def test_a_recording_that_does_not_fit_is_refused(actions, turned_left, change, said):
    with pytest.raises(ValueError, match=said):
        truth_of(actions, turned_left, places=change(locations(START, turned_left, actions)))


def test_a_wrong_turn_angle_is_told_by_the_way_it_leads():
    actions = [LEFT, LEFT, FORWARD, FORWARD, LEFT, LEFT, FORWARD, FORWARD]
    with pytest.raises(ValueError, match="a turn of 30 degrees is wrong"):
        replayed(
            start_of(0), np.array(actions, dtype=np.int8), to_world(np.array(locations(START, 0, actions))), 30, 0.25
        )


@settings(max_examples=50)
@given(MOTIONS)
def test_turns_of_30_degrees_part_into_15_and_join_again(actions):
    truth = truth_of(actions, turn=30)
    parted = in_turns_of(truth, 15)
    np.testing.assert_allclose(
        np.exp(1j * parted.poses[:, 3]),
        np.exp(1j * replayed(start_of(0), parted.actions, None, 15, 0.25).poses[:, 3]),
        atol=1e-9,
    )
    assert (parted.actions != FORWARD).sum() == 2 * (truth.actions != FORWARD).sum()
    joined = in_turns_of(parted, 30)
    np.testing.assert_array_equal(joined.actions, truth.actions)
    np.testing.assert_allclose(joined.poses[:, :3], truth.poses[:, :3])


def test_an_odd_run_of_turns_cannot_be_joined():
    assert in_turns_of(truth_of([LEFT, FORWARD]), 30) is None
    assert in_turns_of(truth_of([LEFT, RIGHT]), 30) is None
    np.testing.assert_array_equal(in_turns_of(truth_of([LEFT, LEFT, FORWARD]), 30).actions, [LEFT, FORWARD])


@settings(max_examples=50)
@given(MOTIONS)
def test_the_continuous_form_passes_every_pose_within_its_limits(actions):
    poses = truth_of(actions).poses
    path, yaw = continuous(poses, 0.0376, math.radians(4))
    assert np.linalg.norm(np.diff(path, axis=0), axis=1).max(initial=0) <= 0.0376
    turned = np.angle(np.exp(1j * np.diff(yaw)))
    assert np.abs(turned).max(initial=0) <= math.radians(4)
    for pose in poses:
        near = np.linalg.norm(path - pose[:3], axis=1) + np.abs(np.angle(np.exp(1j * (yaw - pose[3]))))
        assert near.min() < 1e-9
    np.testing.assert_allclose(path[-1], poses[-1, :3])
