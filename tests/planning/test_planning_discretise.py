import math

import numpy as np
from drawn_floor import RADIUS, floor_of, two_rooms
from hypothesis import given, settings
from hypothesis import strategies as st

from vln_pipeline.planning.clearance import clearances
from vln_pipeline.planning.discretise import discretise, replay, rollout_valid
from vln_pipeline.planning.trajectory import Action

FORWARD, TURN = 0.25, math.radians(15)
OPEN = floor_of(np.ones((400, 400), dtype=bool))


def roll(path, yaw, floor=OPEN, look_ahead=0.45):
    actions = discretise(path, yaw, look_ahead, floor.esdf, floor.cell, RADIUS, FORWARD, TURN)
    return actions, replay(actions, np.array([*path[0], yaw]), FORWARD, TURN)


def test_replay_of_a_square_comes_back():
    side = [Action.FORWARD] * 4 + [Action.LEFT] * 6
    poses = replay(np.array(side * 4, dtype=np.int8), np.array([1.0, 2.0, 0.3]), FORWARD, TURN)
    assert poses.shape == (41, 3)
    np.testing.assert_allclose(poses[4, :2], [1 + math.cos(0.3), 2 + math.sin(0.3)])
    np.testing.assert_allclose(poses[-1], [1, 2, 0.3], atol=1e-12)


def test_replay_turns_right_clockwise_and_wraps():
    poses = replay(np.full(24, Action.RIGHT, dtype=np.int8), np.zeros(3), FORWARD, TURN)
    assert poses[1, 2] == -TURN
    assert (np.abs(poses[:, 2]) <= math.pi).all()
    assert replay(np.zeros(0, dtype=np.int8), np.array([1.0, 2.0, 3.0]), FORWARD, TURN).tolist() == [[1, 2, 3]]


def test_a_straight_path_is_forwards_only():
    path = np.column_stack([np.arange(2.0, 5.001, 0.03), np.full(101, 3.0)])
    actions, poses = roll(path, 0.0)
    assert (actions == Action.FORWARD).all() and len(actions) == 12
    np.testing.assert_allclose(poses[-1, :2], [5, 3], atol=1e-9)


def test_the_first_turn_faces_the_path():
    path = np.column_stack([np.full(101, 3.0), np.arange(3.0, 6.001, 0.03)])
    actions, _ = roll(path, 0.0)
    assert actions[:7].tolist() == [Action.LEFT] * 6 + [Action.FORWARD]


@settings(max_examples=60)
@given(seed=st.integers(0, 100_000))
def test_replay_of_a_smooth_path_ends_at_its_end(seed):
    rng = np.random.default_rng(seed)
    headings = rng.uniform(-np.pi, np.pi) + np.cumsum(rng.uniform(-0.035, 0.035, 200))
    path = 10 + np.cumsum(0.03 * np.column_stack([np.cos(headings), np.sin(headings)]), axis=0)
    _, poses = roll(path, headings[0])
    assert np.hypot(*(poses[-1, :2] - path[-1])) < 0.25
    away = np.hypot(*(poses[:, None, :2] - path[None]).transpose(2, 0, 1)).min(axis=1)
    assert away.max() < 0.2


def test_a_rollout_through_a_door_stays_clear():
    floor = floor_of(two_rooms())
    x = np.arange(1.0, 9.0, 0.03)
    path = np.column_stack([x, 2.95 + 0.1 * np.sin(2 * x)])
    yaw = math.atan2(path[1, 1] - path[0, 1], path[1, 0] - path[0, 0])
    _, poses = roll(path, yaw, floor)
    assert rollout_valid(poses, path[-1], 0.25, floor.esdf, floor.navigable, floor.cell, RADIUS)
    along = np.concatenate([np.linspace(a, b, 50) for a, b in zip(poses[:-1, :2], poses[1:, :2], strict=True)])
    assert clearances(floor.esdf, floor.cell, along).min() >= RADIUS - 1e-4


def test_a_rollout_never_walks_into_a_wall():
    floor = floor_of(two_rooms())
    path = np.column_stack([np.arange(1.0, 9.0, 0.03), np.full(267, 1.0)])
    _, poses = roll(path, 0.0, floor)
    assert poses[:, 0].max() < 5
    assert not rollout_valid(poses, path[-1], 0.25, floor.esdf, floor.navigable, floor.cell, RADIUS)


def test_validity_sees_the_end_and_the_way():
    floor = floor_of(two_rooms())
    fields = floor.esdf, floor.navigable, floor.cell, RADIUS
    poses = np.array([[1.0, 1.0, 0], [1.25, 1.0, 0]])
    assert rollout_valid(poses, np.array([1.3, 1.0]), 0.25, *fields)
    assert not rollout_valid(poses, np.array([1.6, 1.0]), 0.25, *fields)
    through = np.array([[4.7, 1.0, 0], [5.4, 1.0, 0]])
    assert not rollout_valid(through, through[-1, :2], 0.25, *fields)
