import numpy as np
import pytest

from vln_pipeline.export.point_cloud import PointCloud
from vln_pipeline.training.navdp_data.config import NavdpDataConfig
from vln_pipeline.training.navdp_data.critic_label import critic_labels
from vln_pipeline.training.navdp_data.obstacle_points import seen_obstacles
from vln_pipeline.training.navdp_data.obstacles import Obstacles
from vln_pipeline.training.navdp_data.walk_index import read_index


def with_cloud(root, points, obstacle):
    PointCloud(np.array(points, dtype=np.float32).reshape(-1, 3), np.array(obstacle, dtype=bool)).write(
        root / "meta/pointcloud.ply"
    )
    return read_index([root], NavdpDataConfig())


def line(y, count=25, step=0.1):
    return np.column_stack([step * np.arange(count), np.full(count, y)])


def test_a_path_is_worth_half_the_clearance_it_gains(copied):
    index = with_cloud(copied, [[0, 1, 0.5], [0, 0, 0.5], [9, 9, 9]], [True, False, False])
    path = line(0.0)
    assert critic_labels(Obstacles(index, "l2", 4), 0, [path], 0.1) == [pytest.approx(0.5 * (np.hypot(2.4, 1) - 1))]
    assert critic_labels(Obstacles(index, "l1", 4), 0, [path], 0.1) == [pytest.approx(0.5 * (3.4 - 1))]


def test_waypoints_that_touch_cost_their_share_except_the_last(copied):
    index = with_cloud(copied, [[1.0, 0.05, 0.5], [2.4, 0.02, 0.5]], [True, True])
    first, last = np.hypot(1.0, 0.05), 0.02
    expected = 0.5 * (last - first) - 5 / 24
    found = critic_labels(Obstacles(index, "l2", 4), 0, [line(0.0), line(5.0)], 0.1)
    assert found[0] == pytest.approx(expected, abs=1e-6)
    assert found[1] > -0.1


def test_without_obstacles_every_path_has_the_same_value(copied):
    index = with_cloud(copied, [[1.0, 0.0, 0.5]], [False])
    assert critic_labels(Obstacles(index, "l2", 4), 2, [line(0.0), line(3.0)], 0.1) == [2.0, 2.0]


def test_trees_are_kept_up_to_a_number(exported):
    index = read_index([exported / "vln_ce/v2.1"], NavdpDataConfig(dialects=("vln_ce",)))
    few, many = Obstacles(index, "l2", 1), Obstacles(index, "l2", 9)
    place = np.array([[0.5, 0.0]])
    for walk in (0, 2, 0, 4, 2):
        assert few.distances(walk, place) == many.distances(walk, place)
    assert len(few._trees) == 1


def test_depth_images_show_the_obstacles_of_the_room(exported):
    """Walls of the drawn room stand at x = 0 and 8, y = 0 and 6, its pillar from (3.0, 2.6) to (3.4, 3.4)."""
    for walk in read_index([exported / "vln_n1/v2.1"], NavdpDataConfig()).walks:
        points = seen_obstacles(walk)
        assert len(points) > 50
        on_wall = np.min(np.abs(np.column_stack([points, points - (8, 6)])), axis=1)
        low, high = np.array([3.0, 2.6]), np.array([3.4, 3.4])
        inside = np.maximum(low - points, points - high)
        on_pillar = np.abs(np.max(inside, axis=1))
        assert np.minimum(on_wall, on_pillar).max() < 0.05
