import numpy as np
import pytest
import torch

from vln_pipeline.errors import DataError
from vln_pipeline.models.navdp.clear_paths import bent, blocked
from vln_pipeline.models.navdp.goals import NavdpGoal
from vln_pipeline.models.navdp.kept_path import rest_of
from vln_pipeline.models.navdp.network import NavdpNetwork
from vln_pipeline.models.navdp.obstacle_memory import ObstacleMemory
from vln_pipeline.models.navdp.policy import NavdpPolicy
from vln_pipeline.models.navdp.policy_config import AvoidanceConfig, PolicyConfig
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

CAMERA = CameraSetting("50cm_0deg", 0.5, 0.0, Intrinsics.from_fov(28, 28, 90))
WALL = np.full((28, 28), 1.5, dtype=np.float32)
"""What the camera sees 1.5 m in front of a wall."""
HERE = np.zeros(3)


def ahead(count=8, step=0.25):
    return np.stack([step * np.arange(1, count + 1), np.zeros(count), np.zeros(count)], axis=-1)[None]


def test_a_wall_is_where_it_was_seen_after_the_robot_has_turned_and_moved():
    memory = ObstacleMemory(CAMERA, 1.3, 3.0)
    memory.see(WALL, HERE)
    x, y = memory.around(HERE).T
    assert x == pytest.approx(1.5, abs=0.05)
    assert y.min() < -1.3 and y.max() > 1.3
    x, y = memory.around(np.array([0.5, 0.0, np.pi / 2])).T
    assert y == pytest.approx(-1.0, abs=0.05), "to the right of a robot that faces left"
    memory.see(np.zeros_like(WALL), HERE)
    assert len(memory.around(HERE)) == len(x), "nothing measured is nothing new"


def test_floor_what_is_above_the_robot_and_far_things_are_no_obstacles():
    downward = CameraSetting("50cm_90deg", 0.5, 90.0, CAMERA.intrinsics)
    floor = ObstacleMemory(downward, 1.3, 3.0)
    floor.see(np.full((28, 28), 0.5, dtype=np.float32), HERE)
    assert not len(floor.around(HERE))
    table = ObstacleMemory(downward, 1.3, 3.0)
    table.see(np.full((28, 28), 0.3, dtype=np.float32), HERE)
    assert len(table.around(HERE))
    low = ObstacleMemory(downward, 0.15, 3.0)
    low.see(np.full((28, 28), 0.3, dtype=np.float32), HERE)
    assert not len(low.around(HERE)), "it passes under what is 0.2 m high"
    near = ObstacleMemory(CAMERA, 1.3, 1.0)
    near.see(WALL, HERE)
    assert not len(near.around(HERE))


def test_paths_are_bent_around_what_stands_beside_them_and_left_alone_elsewhere():
    paths, post = ahead(), np.array([[1.0, 0.1]])
    found = bent(paths, post, 0.3)
    apart = np.hypot(*(found[0, :, :2] - post).T)
    assert apart.min() > 0.2 > np.hypot(*(paths[0, :, :2] - post).T).min()
    assert found[0, -1] == pytest.approx(paths[0, -1])
    assert np.array_equal(found[..., 2], paths[..., 2])
    assert np.array_equal(bent(paths, np.zeros((0, 2)), 0.3), paths)
    straight = bent(paths, np.array([[1.0, 5.0]]), 0.3)
    assert straight == pytest.approx(paths)


def test_the_share_behind_the_first_touch_is_blocked():
    wall = np.array([[1.1, 0.0]])
    assert blocked(ahead(), wall, 0.2) == pytest.approx([1 - 3 / 8])
    assert blocked(ahead(), wall, 0.05) == [0]
    assert blocked(ahead(), np.zeros((0, 2)), 0.2) == [0]
    assert blocked(ahead(), np.array([[-0.1, 0.0]]), 0.2) == [0], "it drives away from what it nearly touches"
    assert blocked(-ahead(), np.array([[-0.1, 0.0]]), 0.2) == [0], "no waypoint is nearer than the robot"
    assert blocked(ahead(step=0.1), np.array([[0.1, 0.0]]), 0.2) == [1]


def test_the_rest_of_a_path_begins_at_the_robot_and_ends_where_it_ended():
    path = ahead()[0, :, :2] - (1.1, 0.0)  # the robot has driven 1.1 m of 2
    rest = rest_of(path, 0.5)
    assert rest.shape == (8, 3)
    assert np.cumsum(rest, axis=0)[-1, :2] == pytest.approx([0.9, 0])
    assert not rest[4:].any(), "zeros beyond the end"
    corner = np.array([[0.1, 0.0], [0.5, 0.0], [0.5, 0.5], [0.5, 1.0]])
    assert np.cumsum(rest_of(corner, 0.5), axis=0)[2] == pytest.approx([0.5, 1.0, np.pi / 2])
    assert rest_of(path, 1.0) is None
    assert rest_of(path - (5.0, 0.0), 0.5) is None


@pytest.fixture
def policy(small):
    torch.manual_seed(1)
    rules = PolicyConfig(samples=4, keep_path=True, stop_threshold=-5.0, avoidance=AvoidanceConfig(penalty=100.0))
    return NavdpPolicy(NavdpNetwork(small), rules)


def plan(policy, depth, pose=HERE):
    rgb = np.zeros((28, 28, 3), np.uint8)
    return policy.plan(rgb, depth, NavdpGoal(point=np.array([4.0, 0.0])), pose)


def test_what_it_needs_is_told(policy):
    policy.reset(0, CAMERA)
    with pytest.raises(DataError, match="odometry"):
        plan(policy, WALL, None)
    policy.reset(0)
    with pytest.raises(DataError, match="camera"):
        plan(policy, WALL)


def test_a_robot_among_walls_looks_around_to_one_side(policy):
    policy.reset(0, CAMERA)
    near = np.full_like(WALL, 0.3)
    sides = []
    for quarter in range(4):
        answer = plan(policy, near, np.array([0.0, 0.0, quarter * np.pi / 2]))
        if answer.stuck:
            sides.append(answer.path[0, 1])
    assert sides and len(set(sides)) == 1
    assert len(answer.candidates) > 4, "paths of the network without a goal stand beside them"
