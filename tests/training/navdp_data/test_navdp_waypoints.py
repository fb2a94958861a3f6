import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vln_pipeline.training.navdp_data.waypoints import headings, labels, resampled, rotation, waypoint_indexes, wrap


def arc(turn, count, radius=1.0):
    angle = np.linspace(0, turn, count)
    return radius * np.column_stack([np.sin(angle), 1 - np.cos(angle)])


def test_a_straight_path_gives_equal_steps_and_zeros_beyond_its_end():
    path = np.column_stack([0.05 * np.arange(12), np.zeros(12)])
    picked = waypoint_indexes(12, stride=4, predict=5)
    assert picked.tolist() == [0, 4, 8, 10, 10, 10]
    found = labels(path, headings(path, continuous=True), picked)
    np.testing.assert_allclose(found, [[0.8, 0, 0], [0.8, 0, 0], [0.4, 0, 0], [0, 0, 0], [0, 0, 0]], atol=1e-12)


def test_the_shortest_future_has_no_steps():
    path = np.array([[0.0, 0.0], [0.03, 0.0]])
    assert not labels(path, headings(path, continuous=True), waypoint_indexes(2, 4, 6)).any()


def test_headings_are_measured_against_the_first_segment():
    path = np.array([[0, 0], [1, 1], [1, 2], [0, 2]], dtype=float)
    np.testing.assert_allclose(headings(path, continuous=True), np.radians([0, 45, 135]))


def test_headings_run_on_or_wrap_at_half_a_turn():
    path = arc(np.radians(300), 61)
    np.testing.assert_allclose(headings(path, continuous=True), np.radians(5 * np.arange(60)), atol=1e-9)
    wrapped = headings(path, continuous=False)
    assert wrapped[-1] == pytest.approx(np.radians(295 - 360))
    assert np.abs(np.diff(wrapped)).max() > 6


def test_segments_without_length_keep_the_heading_before_them():
    path = np.array([[0, 0], [0, 0], [1, 0], [1, 1], [1, 1], [0, 1]], dtype=float)
    np.testing.assert_allclose(headings(path, continuous=True), np.radians([0, 0, 90, 90, 180]))


@given(st.floats(-3, 3), st.integers(2, 80), st.integers(1, 7))
def test_labels_add_up_to_the_last_waypoint(turn, count, stride):
    path = arc(turn, count)
    picked = waypoint_indexes(count, stride, 24)
    theta = headings(path, continuous=True)
    total = labels(path, theta, picked).sum(axis=0) / 4
    np.testing.assert_allclose(total, [*path[picked[-1]], theta[picked[-1]]], atol=1e-9)


@given(st.floats(-7, 7))
def test_wrapping_keeps_the_direction(angle):
    assert -np.pi <= wrap(angle) <= np.pi + 1e-12
    np.testing.assert_allclose(rotation(float(wrap(angle))), rotation(angle), atol=1e-9)


def test_resampling_skips_turns_on_the_spot():
    actions = np.array([[0, 0], [0.25, 0], [0.25, 0], [0.25, 0], [0.25, 0.25], [0.25, 0.5]])
    points = resampled(actions, 0.1)
    np.testing.assert_allclose(points, [[0, 0], [0.1, 0], [0.2, 0], [0.25, 0.05], [0.25, 0.15], [0.25, 0.25],
                                        [0.25, 0.35], [0.25, 0.45], [0.25, 0.5]], atol=1e-12)  # fmt: skip


def test_a_robot_that_only_turns_stays_where_it_is():
    points = resampled(np.ones((4, 2)), 0.1)
    assert points.tolist() == [[1, 1], [1, 1]]
    assert not headings(points, continuous=True).any()
