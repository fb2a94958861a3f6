"""Motion in closed form, odometry and the counting of contacts."""

import math

import numpy as np
import pytest
from corner_home import HERE

from vln_pipeline.evaluation.world.config import MotionConfig, NoiseConfig
from vln_pipeline.evaluation.world.contacts import Contacts
from vln_pipeline.evaluation.world.motion import arc, limited
from vln_pipeline.evaluation.world.planar import into, out_of, relative
from vln_pipeline.evaluation.world.robot import Robot
from vln_pipeline.planning.discretise import replay
from vln_pipeline.planning.trajectory import Action
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

MOTION = MotionConfig()


def robot_at(world, x=HERE[0], y=HERE[1], yaw=0.0, config=MOTION, seed=0):
    return Robot(world, np.array([x, y, 0.0, yaw]), config, np.random.default_rng(seed))


def test_an_arc_is_that_of_a_circle():
    """A quarter turn to the left on a radius of 2 m ends 2 m ahead and 2 m to the left."""
    np.testing.assert_allclose(arc(0.0, math.pi, math.pi / 2), [2.0, 2.0], atol=1e-12)
    np.testing.assert_allclose(arc(math.pi / 2, 1.5, 0.0), [0.0, 1.5], atol=1e-12)
    np.testing.assert_allclose(arc(0.3, 0.5, 1e-9), 0.5 * np.array([math.cos(0.3), math.sin(0.3)]), atol=1e-9)


def test_a_constant_command_drives_a_circle(corner_world):
    robot = robot_at(corner_world(), x=1.0, y=0.9)
    turn = 2 * math.pi / 100 / MOTION.period
    for _ in range(50):
        assert not robot.drive(0.1, turn)
    diameter = 2 * 0.1 / turn
    np.testing.assert_allclose(robot.pose[:3], [1.0, 0.9 + diameter, 0.0], atol=1e-9)
    assert math.cos(robot.pose[3]) == pytest.approx(-1.0)
    for _ in range(50):
        robot.drive(0.1, turn)
    np.testing.assert_allclose(robot.pose, [1.0, 0.9, 0.0, 0.0], atol=1e-9)
    assert robot.time == pytest.approx(100 * MOTION.period)
    # The way is counted in chords.
    assert robot.travelled == pytest.approx(100 * diameter * math.sin(math.pi / 100))


def test_commands_are_clipped_to_the_limits():
    assert limited((9.0, -9.0), (0.0, 0.0), MOTION) == (0.5, -0.5)
    assert limited((-9.0, 0.0), (0.0, 0.0), MOTION) == (-0.25, 0.0)
    slow = MotionConfig(acceleration=1.0, turn_acceleration=2.0)
    assert limited((0.5, 0.5), (0.0, 0.0), slow) == pytest.approx((0.15, 0.3))
    assert limited((0.0, 0.0), (0.4, -0.5), slow) == pytest.approx((0.25, -0.2))


def test_odometry_is_the_pose_as_the_start_sees_it(corner_world):
    """Also after the wall has stopped the body: what counts is how it moved, not what it was told."""
    robot = robot_at(corner_world(sliding=True), yaw=-0.7)
    start = robot.pose[[0, 1, 3]].copy()
    for n in range(40):
        robot.drive(0.4, 0.2 * math.sin(n / 5))
    assert robot.contacts.steps
    np.testing.assert_allclose(robot.odometry, relative(start, robot.pose[[0, 1, 3]]), atol=1e-9)


def test_points_go_into_a_frame_and_out_again():
    frame, points = np.array([1.0, 2.0, math.pi / 2]), np.array([[1.0, 3.0], [0.0, 2.0]])
    np.testing.assert_allclose(into(frame, points), [[1.0, 0.0], [0.0, 1.0]], atol=1e-12)
    np.testing.assert_allclose(out_of(frame, into(frame, points)), points, atol=1e-12)


def test_discrete_actions_lead_where_planning_replays_them_to(corner_world):
    actions = np.array([1, 2, 2, 1, 3, 1, 2, 2, 2, 1, 0], dtype=np.int8)
    robot = robot_at(corner_world(), yaw=0.4)
    poses = [robot.pose[[0, 1, 3]].copy()]
    for action in actions:
        assert not robot.act(Action(action))
        poses.append(robot.pose[[0, 1, 3]].copy())
    expected = replay(actions, np.array([*HERE[:2], 0.4]), MOTION.forward, math.radians(MOTION.turn))
    np.testing.assert_allclose(poses, expected, atol=1e-9)


def test_looking_down_tilts_cameras_until_the_next_action(corner_world):
    camera = CameraSetting("50cm_0deg", 0.5, 0.0, Intrinsics.from_fov(33, 25, 60))
    robot = robot_at(corner_world())
    ahead = robot.see(camera).depth[12, 16]
    robot.act(Action.LOOK_DOWN)
    assert robot.aim(camera).pitch == 30
    assert ahead == pytest.approx(5.0, abs=0.01)
    assert robot.see(camera).depth[12, 16] == pytest.approx(0.5 / math.sin(math.radians(30)), abs=0.01)
    np.testing.assert_array_equal(robot.pose, [*HERE, 0.0])
    robot.act(Action.LEFT)
    assert robot.aim(camera).pitch == 0


def test_leaning_against_a_wall_is_one_collision(corner_world):
    robot = robot_at(corner_world(), y=0.26, yaw=-math.pi / 2)
    touched = [robot.drive(0.5, 0.0) for _ in range(6)]
    assert not touched[0] or robot.pose[1] > 0.2
    assert robot.contacts.collisions == 1
    assert robot.contacts.steps == sum(touched)
    assert robot.contacts.blocked == robot.contacts.steps - 1 or robot.contacts.blocked == robot.contacts.steps
    for _ in range(3):
        assert not robot.drive(-0.2, 0.0)
    assert not robot.contacts.touching
    for _ in range(4):
        robot.drive(0.5, 0.0)
    assert robot.contacts.collisions == 2


def test_turning_in_place_touches_nothing(corner_world):
    robot = robot_at(corner_world(), y=0.3, yaw=-math.pi / 2)
    robot.drive(0.5, 0.0)
    robot.drive(0.5, 0.0)
    steps = robot.contacts.steps
    assert steps
    assert not robot.drive(0.0, 0.5)
    assert robot.contacts.steps == steps


def test_contacts_are_counted_by_motion_and_by_run():
    contacts = Contacts()
    for contact, covered in [(False, 0.1), (True, 0.08), (True, 0.0), (False, 0.1), (True, 0.01)]:
        contacts.add(contact, wanted=0.1, covered=covered)
    assert (contacts.steps, contacts.blocked, contacts.collisions, contacts.touching) == (3, 2, 2, True)


def test_errors_are_seeded_and_off_by_default(corner_world):
    world = corner_world()
    noisy = MotionConfig(noise=NoiseConfig(speed=0.1, turn=0.1, odometry_distance=0.05, odometry_turn=0.05))

    def driven(config, seed):
        robot = robot_at(world, config=config, seed=seed)
        for _ in range(20):
            robot.drive(0.3, 0.1)
        return robot

    first, again, other = driven(noisy, 1), driven(noisy, 1), driven(noisy, 2)
    np.testing.assert_array_equal(first.pose, again.pose)
    assert not np.allclose(first.pose, other.pose)
    start = np.array([*HERE[:2], 0.0])
    assert not np.allclose(first.odometry, relative(start, first.pose[[0, 1, 3]]))
    np.testing.assert_array_equal(driven(MOTION, 1).pose, driven(MOTION, 2).pose)
    assert np.linalg.norm(first.pose[:2] - driven(MOTION, 1).pose[:2]) < 0.2
