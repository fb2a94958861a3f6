"""Robots walk round a corner; what can be known beforehand is compared, the rest is bounded."""

import math

import numpy as np
import pytest
from corridor import floors, world_of
from profiles import calm, profiles

from vln_pipeline.embodiments.body import Body
from vln_pipeline.embodiments.passable import Blocked, passable_way
from vln_pipeline.embodiments.rewalk import rewalk, rewalk_scene
from vln_pipeline.embodiments.rewalk_config import RewalkConfig
from vln_pipeline.embodiments.route import Route, Routes
from vln_pipeline.embodiments.steering import FreeSteering
from vln_pipeline.embodiments.walk import Ending
from vln_pipeline.evaluation.vln.agents.agent import Task, Truth
from vln_pipeline.planning.trajectory import Action

CONFIG = RewalkConfig()
ROUND_THE_CORNER = Route(
    "17",
    "corridor",
    np.array([1.0, 1, 0, 0]),
    np.array([[1.0, 1, 0], [5, 1, 0], [5, 5, 0]]),
    ("Go round.", "Turn left."),
)


def routes(*found):
    return Routes("corridor", found, {"duplicate": 2})


def walk_of(robot, tmp_path, route=ROUND_THE_CORNER, config=CONFIG, seed=3):
    return rewalk(world_of(robot, tmp_path), floors(robot), route, robot, config, np.random.default_rng(seed))


def test_a_calm_robot_acts_exactly(tmp_path):
    """0.25 m forwards and 15 degrees round per action, upright."""
    robot = calm(profiles()["h1"])
    body = Body(world_of(robot, tmp_path), np.array([1.0, 1, 0, 0]), robot, np.random.default_rng(0))
    for action in (Action.FORWARD, Action.LEFT, Action.FORWARD):
        body.carry_out(action)
    expected = [1.25 + 0.25 * math.cos(math.pi / 12), 1 + 0.25 * math.sin(math.pi / 12), 0, math.pi / 12]
    np.testing.assert_allclose(body.robot.pose, expected, atol=1e-9)
    assert body.posture[0] == 0 and body.posture[2] == 0


def test_a_wall_pitches_the_body_forwards_and_leaning_on_it_does_not_add_up(tmp_path):
    """From 1 m/s to rest is a rate of 1 m/s over the height of the base; the swing that follows is the pendulum's."""
    robot = calm(profiles()["h1"])
    body = Body(world_of(robot, tmp_path), np.array([5.0, 1, 0, 0]), robot, np.random.default_rng(0))
    pitches = []
    for _ in range(12):
        body.carry_out(Action.FORWARD)
        pitches.append(math.degrees(body.posture[1]))
    omega, ratio = 2 * math.pi * 0.6, 0.5
    highest = math.degrees(1 / 0.95 / omega * math.exp(-ratio / math.sqrt(1 - ratio**2) * math.acos(ratio)))
    assert 0.7 * highest < max(pitches) < highest + 1
    assert abs(pitches[-1]) < 1 and not body.fallen


def test_latency_delays_motion_by_whole_periods(tmp_path):
    robot = calm(profiles()["h1"])
    late = robot.model_copy(update={"control": robot.control.model_copy(update={"latency": 0.1})})
    body = Body(world_of(late, tmp_path), np.array([1.0, 1, 0, 0]), late, np.random.default_rng(0))
    body.carry_out(Action.FORWARD)
    assert body.robot.pose[0] == pytest.approx(1 + 0.25 * 3 / 5)
    body.carry_out(Action.STOP)
    assert body.robot.pose[0] == pytest.approx(1.25)


@pytest.mark.parametrize("name", ["h1", "g1", "aliengo", "jetbot"])
def test_every_robot_gets_round_the_corner(tmp_path, name):
    robot = profiles()[name]
    walk = walk_of(robot, tmp_path)
    assert walk.ending is Ending.REACHED and not walk.fell and not walk.stuck
    trajectory = walk.trajectory
    assert np.hypot(*(trajectory.poses[-1, :2] - [5, 5])) < CONFIG.arrived
    assert len(trajectory.poses) == len(trajectory.actions) + 1 == len(walk.posture) == len(walk.progress)
    assert (trajectory.clearance >= robot.radius - 2e-3).all()
    assert (np.diff(walk.progress) >= 0).all() and walk.progress[0] == 0 and walk.progress[-1] > 0.9
    assert trajectory.sway.shape == (len(trajectory.poses), 4, 4)
    assert walk.instructions == ("Go round.", "Turn left.")
    assert set(trajectory.actions.tolist()) <= {1, 2, 3}


def test_legs_sway_within_what_the_published_robot_shows_and_wheels_hardly(tmp_path):
    h1, jetbot = (walk_of(profiles()[name], tmp_path).posture for name in ("h1", "jetbot"))
    assert 0.002 < np.ptp(h1[:, 0]) < 0.02
    assert 1 < np.degrees(h1[:, 1].max()) < 12
    assert np.ptp(jetbot[:, 0]) == 0
    assert np.degrees(np.abs(jetbot[:, 1:]).max()) < 2


def test_the_same_seed_walks_the_same_way_whatever_else_is_walked(tmp_path):
    robot = profiles()["h1"]
    other = Route("18", "corridor", np.array([5.0, 5, 0, 0]), np.array([[5.0, 5, 0], [5, 2, 0]]), ("Back.",))
    world = world_of(robot, tmp_path)
    together = rewalk_scene(world, floors(robot), routes(other, ROUND_THE_CORNER), robot, CONFIG, seed=7)
    alone = rewalk_scene(world, floors(robot), routes(ROUND_THE_CORNER), robot, CONFIG, seed=7)
    np.testing.assert_array_equal(together.walks[1].trajectory.poses, alone.walks[0].trajectory.poses)
    np.testing.assert_array_equal(together.walks[1].posture, alone.walks[0].posture)
    another = rewalk_scene(world, floors(robot), routes(ROUND_THE_CORNER), robot, CONFIG, seed=8)
    assert not np.array_equal(another.walks[0].posture[:5], alone.walks[0].posture[:5])


def test_a_robot_that_is_kicked_all_the_time_falls(tmp_path):
    robot = profiles()["h1"]
    kicked = robot.model_copy(update={"balance": robot.balance.model_copy(update={"stumbles": 5.0, "stumble": 2.0})})
    walk = walk_of(kicked, tmp_path)
    assert walk.fell and walk.ending is Ending.FELL
    _, pitch, roll = np.degrees(np.abs(walk.posture[-1]))
    assert pitch > 35 or roll > 15
    assert (np.degrees(np.abs(walk.posture[:-1, 2])) <= 15).all()


def test_a_robot_that_cannot_move_is_stuck_after_fifty_steps(tmp_path):
    robot = calm(profiles()["h1"])
    lame = robot.model_copy(update={"motion": robot.motion.model_copy(update={"max_speed": 0.01})})
    walk = walk_of(lame, tmp_path)
    assert walk.stuck and len(walk.trajectory.actions) == 50
    patient = walk_of(lame, tmp_path, config=RewalkConfig(stuck_steps=70))
    assert patient.stuck and len(patient.trajectory.actions) == 70


def test_a_robot_that_is_too_slow_runs_out_of_steps(tmp_path):
    walk = walk_of(profiles()["h1"], tmp_path, config=RewalkConfig(max_steps=10))
    assert walk.ending is Ending.LATE and len(walk.trajectory.actions) == 10


def test_points_in_walls_are_moved_and_far_ones_are_refused(tmp_path):
    world = world_of(profiles()["h1"], tmp_path)
    way = passable_way(world, np.array([[0.1, 1.0, 0], [2, 2.1, 0], [5, 5.9, 0]]), CONFIG)
    np.testing.assert_allclose(way[0, :2], [0.35, 1.0], atol=0.1)
    assert all(world.clearance(point) >= 0.255 - 1e-3 for point in way)
    assert np.linalg.norm(np.diff(way, axis=0), axis=1).max() < 0.051
    assert passable_way(world, np.array([[-2.0, 1, 0], [2, 1, 0]]), CONFIG) is Blocked.START
    assert passable_way(world, np.array([[2.0, 1, 0], [-2, 1, 0]]), CONFIG) is Blocked.GOAL


def test_a_way_keeps_a_margin_where_there_is_room(tmp_path):
    """Round the corner, whose shortest way grazes it; the ends stay where they are."""
    world = world_of(profiles()["h1"], tmp_path)
    corners = np.array([[1.0, 1, 0], [5, 5, 0]])
    grazing = passable_way(world, corners, RewalkConfig(margin=0))
    kept = passable_way(world, corners, CONFIG)
    assert min(world.clearance(point) for point in grazing) < 0.28
    assert min(world.clearance(point) for point in kept) > 0.255 + 0.09
    np.testing.assert_array_equal(kept[[0, -1]], grazing[[0, -1]])


def test_whoever_faces_a_wall_turns_to_the_nearest_free_heading(tmp_path):
    """In contact with the partition, the way behind it: along the partition is the first heading that is free."""
    robot = calm(profiles()["h1"])
    world = world_of(robot, tmp_path)
    body = Body(world, np.array([1.0, 1.7, 0, math.pi / 2]), robot, np.random.default_rng(0))
    body.carry_out(Action.FORWARD)
    assert body.robot.contacts.touching
    truth = Truth(world, body.robot, None)
    steering = FreeSteering(Task("", robot.motion, 0), truth)
    taken = [steering.towards(np.array([1.0, 5.0]))]
    while taken[-1] is not Action.FORWARD:
        body.carry_out(taken[-1])
        taken.append(steering.towards(np.array([1.0, 5.0])))
    assert len(taken) == 7 and len(set(taken[:-1])) == 1
    before = body.robot.pose.copy()
    body.carry_out(Action.FORWARD)
    assert np.linalg.norm(body.robot.pose[:2] - before[:2]) == pytest.approx(0.25)


def test_a_route_whose_goal_is_walled_up_is_counted(tmp_path):
    robot = profiles()["h1"]
    route = Route("19", "corridor", np.array([1.0, 1, 0, 0]), np.array([[1.0, 1, 0], [1, 5, 0]]), ("Through.",))
    walked = rewalk_scene(world_of(robot, tmp_path), floors(robot), routes(route), robot, CONFIG, seed=7)
    assert walked.walks == () and walked.rejected == {"goal_in_obstacle": 1} and walked.left_out == {"duplicate": 2}
