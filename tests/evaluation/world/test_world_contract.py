"""What every world keeps, in one home; runs on each backend that imports."""

import math

import numpy as np
import pytest
from corner_home import HERE, THERE, way_round_the_corner

from vln_pipeline.errors import DataError
from vln_pipeline.rendering.camera import CameraSetting, Intrinsics

LENS = Intrinsics.from_fov(65, 49, 90)
LEVEL = CameraSetting("50cm_0deg", 0.5, 0.0, LENS)
CENTRE = (24, 32)
RADIUS = 0.2


@pytest.mark.parametrize(("yaw", "depth"), [(0.0, 5.0), (math.pi / 2, 1.0), (math.pi, 1.0), (-math.pi / 2, 1.0)])
def test_a_camera_looks_along_the_yaw(open_home, yaw, depth):
    view = open_home().render(np.append(HERE, yaw), LEVEL)
    assert view.depth.shape == (49, 65)
    assert view.depth.dtype == np.float32
    assert view.depth[CENTRE] == pytest.approx(depth, abs=0.01)


def test_left_in_the_world_is_left_in_the_image(open_home):
    """Seen from the corner along the diagonal, the second arm lies to the left and a wall 1 m away to the right."""
    depth = open_home().render(np.array([5.0, 1.0, 0.0, math.pi / 4]), LEVEL).depth
    assert depth[24, 16] > depth[24, 48] + 1.0


def test_a_camera_tilted_down_sees_the_floor_at_its_slant(open_home):
    camera = CameraSetting("50cm_45deg", 0.5, 45.0, LENS)
    assert open_home().render(np.append(HERE, 0.0), camera).depth[CENTRE] == pytest.approx(0.5 * math.sqrt(2), abs=0.01)


def test_a_ray_that_meets_nothing_has_depth_zero(open_home):
    camera = CameraSetting("50cm_-60deg", 0.5, -60.0, LENS)
    assert open_home().render(np.append(HERE, 0.0), camera).depth[0, 32] == 0


def test_colour_and_semantics_come_only_when_asked_for(open_home):
    world = open_home()
    view = world.render(np.append(HERE, 0.0), LEVEL)
    assert view.rgb is None
    assert view.semantic is None
    view = world.render(np.append(HERE, 0.0), LEVEL, rgb=True, semantic=True)
    assert view.rgb.shape == (49, 65, 3)
    assert view.rgb.dtype == np.uint8
    assert view.semantic.shape == (49, 65)
    assert view.semantic.max() < len(world.categories)
    assert world.categories[0] == "void"


def test_clearance_is_the_distance_to_the_nearest_wall(open_home):
    world = open_home()
    assert world.clearance(np.array([2.0, 0.5, 0.0])) == pytest.approx(0.5, abs=0.07)
    assert world.clearance(np.array([5.3, 4.0, 0.0])) == pytest.approx(0.7, abs=0.07)


def test_the_shortest_path_bends_round_the_corner(open_home):
    world = open_home()
    exact = way_round_the_corner(RADIUS)
    path = world.shortest_path(HERE, THERE)
    length = np.linalg.norm(np.diff(path, axis=0), axis=1).sum()
    np.testing.assert_allclose(path[[0, -1]], [HERE, THERE], atol=0.02)
    assert length == pytest.approx(exact, rel=0.03)
    assert world.distance(HERE, THERE) == pytest.approx(exact, rel=0.03)
    assert length == pytest.approx(world.distance(HERE, THERE), rel=0.02)


def test_distance_is_straight_in_sight_and_nil_at_the_goal(open_home):
    world = open_home()
    assert world.distance(HERE, HERE) == pytest.approx(0.0, abs=0.01)
    assert world.distance(HERE, np.array([4.0, 1.0, 0.0])) == pytest.approx(3.0, rel=0.01)
    assert world.distance(HERE, THERE) == pytest.approx(world.distance(THERE, HERE), rel=0.01)


def test_points_are_drawn_where_the_body_fits_and_again_by_the_same_seed(open_home):
    world = open_home()
    points = np.array([world.sample_point(draw) for draw in [np.random.default_rng(3)] for _ in range(40)])
    again = np.array([world.sample_point(draw) for draw in [np.random.default_rng(3)] for _ in range(40)])
    np.testing.assert_array_equal(points, again)
    assert len(np.unique(points, axis=0)) == 40
    assert all(world.clearance(point) >= RADIUS - 0.01 for point in points)
    assert ((points[:, 1] < 2) | (points[:, 0] > 4)).all()
    assert (points[:, 1] > 2).any()
    assert (points[:, 0] < 4).any()


@pytest.mark.parametrize("sliding", [False, True])
def test_a_free_step_arrives(open_home, sliding):
    step = open_home(sliding=sliding).step(HERE, np.array([0.2, 0.15]))
    assert not step.contact
    np.testing.assert_allclose(step.position, [1.2, 1.15, 0.0], atol=0.02)


@pytest.mark.parametrize("sliding", [False, True])
def test_a_wall_ahead_stops_the_body_a_radius_before_it(open_home, sliding):
    step = open_home(sliding=sliding).step(np.array([5.0, 1.0, 0.0]), np.array([1.5, 0.0]))
    assert step.contact
    np.testing.assert_allclose(step.position[:2], [6.0 - RADIUS, 1.0], atol=0.07)


def test_a_body_that_meets_a_wall_at_an_angle_slides_along_it_or_stops(open_home):
    """The wall at y = 0 takes the motion's share in y; sliding keeps the one in x."""
    start, move = np.array([1.0, 0.5, 0.0]), np.array([0.6, -0.6])
    stopped, slid = open_home().step(start, move), open_home(sliding=True).step(start, move)
    assert stopped.contact
    assert slid.contact
    assert stopped.position[0] == pytest.approx(1.0 + 0.5 - RADIUS, abs=0.07)
    assert slid.position[0] == pytest.approx(1.6, abs=0.02)
    for step in (stopped, slid):
        assert step.position[1] == pytest.approx(RADIUS, abs=0.07)


def test_no_long_step_tunnels_through_a_wall(open_home):
    step = open_home().step(HERE, np.array([0.0, 4.0]))
    assert step.contact
    assert step.position[1] < 2.0 - RADIUS + 0.01


def test_a_wide_body_keeps_further_from_walls(open_home):
    step = open_home(radius=0.5).step(HERE, np.array([0.0, 2.0]))
    assert step.position[1] == pytest.approx(1.5, abs=0.07)


def test_a_scene_that_does_not_exist_is_refused(open_home):
    with pytest.raises(DataError, match="nowhere"):
        open_home().load("nowhere")
