"""The path follower on paths whose shape is known, in open floor."""

import math

import numpy as np
import pytest

from vln_pipeline.evaluation.world.config import FollowerConfig, MotionConfig
from vln_pipeline.evaluation.world.follow import PathFollower
from vln_pipeline.evaluation.world.motion import arc, limited
from vln_pipeline.evaluation.world.planar import out_of

MOTION = MotionConfig()


def followed(path, pose=(0.0, 0.0, 0.0), held_from=None, motion=MOTION, config=None, most=600, face=False):
    """Return the (N, 3) poses of a unicycle in open floor until the follower is done."""
    follower = PathFollower(config or FollowerConfig(), motion)
    pose = np.array(pose)
    follower.hold(np.array(path), pose if held_from is None else np.array(held_from), face=face)
    poses, speed = [pose], (0.0, 0.0)
    for _ in range(most):
        command = follower.command(pose)
        if command == (0.0, 0.0):
            return np.array(poses)
        speed = limited(command, speed, motion)
        distance, turn = speed[0] * motion.period, speed[1] * motion.period
        pose = np.append(pose[:2] + arc(pose[2], distance, turn), pose[2] + turn)
        poses.append(pose)
    raise AssertionError("the follower never ended")


def test_a_straight_path_is_driven_straight_at_full_speed():
    poses = followed([(0.5, 0.0), (2.0, 0.0)], most=math.ceil(2.0 / 0.5 / MOTION.period) + 1)
    assert np.abs(poses[:, 1]).max() < 1e-9
    assert poses[-1, 0] == pytest.approx(2.0, abs=FollowerConfig().arrived)


@pytest.mark.parametrize("place", [(0.0, 1.0), (-1.0, 0.0), (-0.7, -0.7)])
def test_a_path_abeam_or_behind_is_turned_to_in_place(place):
    poses = followed([place])
    bearing = abs(math.atan2(place[1], place[0]))
    turning = np.abs(poses[:, 2]) < bearing - math.radians(45)
    assert turning.sum() > 3
    assert np.abs(poses[turning, :2]).max() == 0
    np.testing.assert_allclose(poses[-1, :2], place, atol=0.06)


@pytest.mark.parametrize(("face", "left"), [(False, 45), (True, 15)])
def test_a_turn_in_place_ends_where_the_robot_can_drive_or_faces_the_path(face, left):
    poses = followed([(0.0, 1.0)], face=face)
    still = np.abs(poses[:, :2]).max(axis=1) == 0
    off = 90 - math.degrees(poses[still, 2].max())
    assert left - math.degrees(MOTION.max_turn_rate * MOTION.period) <= off <= left


def test_a_circle_is_followed_within_centimetres():
    angle = np.linspace(0, 1.5 * math.pi, 60)[1:]
    poses = followed(np.stack([1.5 * np.sin(angle), 1.5 - 1.5 * np.cos(angle)], axis=1))
    from_centre = np.linalg.norm(poses[:, :2] - [0.0, 1.5], axis=1)
    np.testing.assert_allclose(from_centre, 1.5, atol=0.03)
    np.testing.assert_allclose(poses[-1, :2], [-1.5, 1.5], atol=0.06)


def test_a_path_stays_where_it_was_planned_while_the_robot_moves_on():
    """Planned for an odometry pose of some time ago: what was passed meanwhile is not gone back to."""
    planned_for = np.array([2.0, 1.0, math.pi / 2])
    path = np.array([(0.5, 0.0), (1.0, 0.0), (2.0, 0.0)])
    poses = followed(path, pose=(2.02, 1.4, math.pi / 2), held_from=planned_for)
    assert (np.diff(poses[:, 1]) > 0).all()
    np.testing.assert_allclose(poses[-1, :2], out_of(planned_for, path[-1]), atol=0.06)


def test_a_path_that_crosses_itself_is_not_cut_short():
    side = np.linspace(0, 2, 21)[1:]
    ahead = np.stack([side, 0 * side], axis=1)
    loop = np.concatenate([ahead, [2, 0] + ahead[:, ::-1], [2, 2] - ahead, np.stack([0 * side, 2 - 2 * side], axis=1)])
    poses = followed(loop)
    np.testing.assert_allclose(poses[-1, :2], [0, -2], atol=0.06)
    assert np.linalg.norm(np.diff(poses[:, :2], axis=0), axis=1).sum() > 8


def test_with_limited_acceleration_it_stops_at_the_end_all_the_same():
    poses = followed([(2.0, 0.0)], motion=MotionConfig(acceleration=0.5, turn_acceleration=1.0))
    np.testing.assert_allclose(poses[-1, :2], [2.0, 0.0], atol=0.06)
    assert poses[:, 0].max() < 2.06


def test_without_a_path_nothing_is_commanded():
    follower = PathFollower(FollowerConfig(), MOTION)
    assert follower.command(np.zeros(3)) == (0.0, 0.0)
    follower.hold(np.zeros((0, 2)), np.zeros(3))
    assert follower.command(np.zeros(3)) == (0.0, 0.0)
    follower.hold(np.zeros((5, 2)), np.zeros(3))
    assert follower.command(np.zeros(3)) == (0.0, 0.0)
    follower.hold(np.array([[1.0, 0.0]]), np.zeros(3))
    assert follower.command(np.zeros(3))[0] > 0
    follower.reset()
    assert follower.command(np.zeros(3)) == (0.0, 0.0)
